#!/usr/bin/env node
/** The command `lambda-node-extended`. */
import { readFileSync } from 'node:fs';
import { cac } from 'cac';
import { type DevFlags, readFlags } from './command-line.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './index.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { watchFolder } from './watch.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const cli = cac('lambda-node-extended');
cli
  .command('dev', 'Run a function on a local Lambda, with its extensions')
  .option('--handler <name>', 'The handler: file.method', { default: 'index.handler' })
  .option('--function-dir <dir>', "The function's files, /var/task on Lambda", { default: '.' })
  .option('--opt-dir <dir>', 'What layers bring, /opt on Lambda; extensions lie in its folder extensions')
  .option('--port <port>', 'Where to POST invocations to', { default: 8080 })
  .option('--runtime-api-port <port>', 'Where extensions and the runtime find Lambda', { default: 9001 })
  .option('--address <address>', 'Where both listen; others than 127.0.0.1 let other machines in', {
    default: '127.0.0.1',
  })
  .option('--function-name <name>', 'The name that the function sees', { default: 'function' })
  .option('--memory <MB>', 'The size of the function', { default: 128 })
  .option('--timeout <seconds>', 'How long an invocation may take', { default: 3 })
  .option('--init-type <type>', 'on-demand, provisioned-concurrency or lambda-managed-instances', {
    default: 'on-demand',
  })
  .option('--concurrency <n>', 'Invocations at once, on managed instances', { default: 10 })
  .option('--env-file <file>', "The function's variables, a line each: NAME=value")
  .option(
    '--inherit-env',
    'Give the function the variables of this shell, too, and take timeout, memory and init type from them',
  )
  .option('--no-freeze', 'Let the processes run between invocations')
  .option('--log-format <format>', 'Text or JSON', { default: 'Text' })
  .option('--spindown-after <seconds>', 'Shut an environment down that had no work for so long')
  .option('--runtime-command <command>', 'Another runtime than ours for Node.js, e.g. "python3 bootstrap.py"')
  .option('--when-busy <what>', 'What a second call gets: wait, or reject (HTTP 429)', { default: 'wait' })
  .option('--watch', "Start a new environment when the function's files change")
  .option('--json', 'Print what happens as a line of JSON each')
  .example('  lambda-node-extended dev --function-dir dist --handler app.handler')
  .example('  lambda-node-extended dev --opt-dir dist/opt --env-file .env --watch')
  .example(`  curl -d '{"key":"value"}' http://127.0.0.1:8080/2015-03-31/functions/function/invocations`)
  .action((flags: DevFlags) => dev(flags));
cli.help();
cli.version(versionOfPackage());

try {
  const { options, args } = cli.parse(process.argv, { run: false });
  if (cli.matchedCommand) await cli.runMatchedCommand();
  else if (!options.help && !options.version) {
    if (args.length > 0) throw new Error(`There is no command "${args[0]}".`);
    cli.outputHelp();
  }
} catch (error) {
  console.error(`${(error as Error).message}\nTry: lambda-node-extended dev --help`);
  process.exitCode = EXIT.usage;
}

async function dev(flags: DevFlags): Promise<void> {
  const { options, problems } = readFlags(flags, process.env);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const terminal = createTerminal({ isJson: flags.json === true, hasColours: hasColours() });
  let emulator: Emulator;
  try {
    emulator = await startEmulator({ ...options, onLine: terminal.line, onTimeline: terminal.timeline });
  } catch (error) {
    console.error(explain(error as NodeJS.ErrnoException));
    process.exitCode = EXIT.failed;
    return;
  }
  // Closed terminal, closed pipe: the environment is still shut down in order.
  process.stdout.on('error', () => {});
  terminal.listening(emulator.invokeUrl, emulator.runtimeApi);
  const watcher = flags.watch
    ? watchFolder(options.functionDir, () => renew(emulator, terminal, isEager(options)))
    : undefined;

  const [first] = await signalled();
  terminal.notice(`${first}: shutting the environment down; once more to kill it`);
  void signalled().then(() => process.exit(EXIT.interrupted));
  watcher?.close();
  await emulator.close();
  process.exit(EXIT.ok);
}

/** Lets the invocation under way end, then the environment, as Lambda does when code is deployed. */
async function renew(emulator: Emulator, terminal: Terminal, isEager: boolean): Promise<void> {
  if (emulator.phase === 'cold' || emulator.phase === 'closed') return;
  if (emulator.phase !== 'idle') await emulator.untilPhase('idle');
  terminal.notice(`The files changed: a new environment begins ${isEager ? 'now' : 'with the next invocation'}`);
  await emulator.shutdown('spindown');
  if (isEager) await emulator.init();
}

function isEager({ initializationType }: EmulatorOptions): boolean {
  return initializationType !== 'on-demand';
}

function signalled(): Promise<[NodeJS.Signals]> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve([name]));
  });
}

function explain({ code, message, port }: NodeJS.ErrnoException & { port?: number }): string {
  if (code !== 'EADDRINUSE') return message;
  return `Port ${port} is taken. Stop what listens there, or choose another: --port for invocations, --runtime-api-port for Lambda's own.`;
}

function hasColours(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
}

/** One folder up in the sources, three in what is published. */
function versionOfPackage(): string {
  for (const path of ['../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // The other one, then.
    }
  }
  return 'unknown';
}
