#!/usr/bin/env -S -u NODE_OPTIONS EMULATOR_NODE_OPTIONS=${NODE_OPTIONS} node --
/**
 * The command `lambda-node-extended`. Node.js takes `--env-file` for itself, even after a script's name, unless `--` comes before.
 * NODE_OPTIONS is the function's, and must not configure the emulator.
 * Below npx, which is such a script, only `--env` gets here if the file does not exist.
 */
import { resolve } from 'node:path';
import { cac } from 'cac';
import { VERSION } from '../foundation/version.ts';
import { type DevFlags, readFlags } from './command-line.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './index.ts';
import { type PolicyFlags, policyText } from './policy-command.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { usualOrFree } from './usual-ports.ts';
import { watchPaths } from './watch.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const USUAL = { port: 8080, runtimeApiPort: 9001 } as const;

const cli = cac('lambda-node-extended');
cli
  .command('dev', 'Run a function on a local Lambda, with its extensions')
  .option('--handler <name>', 'The handler, as file.method', { default: 'index.handler' })
  .option('--function-dir <dir>', "The folder with the function's code, /var/task on Lambda", { default: '.' })
  .option(
    '--opt-dir <dir>',
    'The folder with the layers, /opt on Lambda, or none. Every file in its folder extensions starts as an extension (default: the extensions of this package)',
  )
  .option('--port <port>', `The port that takes invocations (default: ${USUAL.port}, or a free one if that is in use)`)
  .option(
    '--runtime-api-port <port>',
    `The port of the Runtime, Extensions and Telemetry API (default: ${USUAL.runtimeApiPort}, or a free one)`,
  )
  .option(
    '--address <address>',
    'The address that both ports listen on. Any other than 127.0.0.1 lets other machines in',
    {
      default: '127.0.0.1',
    },
  )
  .option('--function-name <name>', 'The name of the function', { default: 'function' })
  .option('--memory <MB>', 'The memory of the function, in MB; reported, not enforced', { default: 128 })
  .option('--timeout <seconds>', 'How long an invocation may take, in seconds', { default: 3 })
  .option('--init-type <type>', 'on-demand, provisioned-concurrency or lambda-managed-instances', {
    default: 'on-demand',
  })
  .option('--concurrency <n>', 'How many invocations run at once, on managed instances only', { default: 10 })
  .option('--env, --env-file <file>', "The file with the function's variables, one NAME=value a line")
  .option(
    '--inherit-env',
    'Also pass the variables of this shell to the function, and take timeout, memory and init type from them',
  )
  .option(
    '--inspect [port]',
    'Let a debugger attach to the function, by default at port 9229. No freeze, and no time limit while one does',
  )
  .option('--no-freeze', 'Keep the processes running between invocations')
  .option('--log-format <format>', 'The format of log lines, Text or JSON', { default: 'Text' })
  .option('--spindown-after <seconds>', 'Shut the environment down after so many seconds without an invocation')
  .option(
    '--runtime-command <command>',
    'The runtime to start in place of ours for Node.js, e.g. "python3 bootstrap.py"',
  )
  .option('--when-busy <what>', 'What happens to a second call: wait, or reject (HTTP 429)', { default: 'wait' })
  .option('--watch', "Start a new environment when the function's files change")
  .option('--json', 'Print every event as a line of JSON')
  .example('  lambda-node-extended dev --function-dir dist --handler app.handler')
  .example('  lambda-node-extended dev --opt-dir dist/opt --env .env --watch')
  .example(`  curl -d '{"key":"value"}' http://127.0.0.1:8080/2015-03-31/functions/function/invocations`)
  .action((flags: DevFlags) => dev(flags));
cli
  .command('policy', 'Print the least IAM policy for the settings of a function')
  .option('--env, --env-file <file>', "The file with the function's variables, one NAME=value a line")
  .option('--region <region>', 'The Region in the ARNs')
  .option('--account <id>', 'The account in the ARNs')
  .example('  lambda-node-extended policy --env .env --region eu-central-1 --account 123456789012 > policy.json')
  .action((flags: PolicyFlags) => {
    const { document, comments } = policyText(flags);
    console.error(comments);
    console.log(document);
  });
cli.help();
cli.version(VERSION);

try {
  const { options, args } = cli.parse(process.argv, { run: false });
  if (cli.matchedCommand) await cli.runMatchedCommand();
  else if (!options.help && !options.version) {
    if (args.length > 0) throw new Error(`There is no command "${args[0]}".`);
    cli.outputHelp();
  }
} catch (error) {
  console.error(`${(error as Error).message}\nTry: lambda-node-extended ${cli.matchedCommandName ?? ''} --help`);
  process.exitCode = EXIT.usage;
}

async function dev(flags: DevFlags): Promise<void> {
  const { options, problems } = readFlags(
    { ...(await usualPorts(String([flags.address].flat().at(-1)))), ...flags },
    shell(),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const terminal = createTerminal({ isJson: flags.json === true, hasColours: hasColours() });
  let variables = options.environment;
  let emulator: Emulator;
  try {
    emulator = await startEmulator({
      ...options,
      environment: () => variables,
      onLine: terminal.line,
      onTimeline: terminal.timeline,
    });
  } catch (error) {
    console.error(explain(error as NodeJS.ErrnoException));
    process.exitCode = EXIT.failed;
    return;
  }
  // The terminal or the pipe may be closed. The environment still shuts down in order.
  process.stdout.on('error', () => {});
  terminal.listening(emulator.invokeUrl, emulator.runtimeApi, {
    isForAllAddresses: options.address === '0.0.0.0' || options.address === '::',
  });
  if (emulator.inspectPort !== undefined)
    terminal.notice(`A debugger finds the function at 127.0.0.1:${emulator.inspectPort}.`);
  const watched = [options.functionDir, options.optDir, [flags.envFile].flat().at(-1)];
  const watcher = flags.watch
    ? watchPaths(
        watched.filter(isPath).map((path) => resolve(path)),
        async () => {
          const again = readFlags(flags, shell());
          if (again.problems.length > 0) return terminal.notice(again.problems.join('\n'));
          variables = again.options.environment;
          await renew(emulator, terminal, isEager(options));
        },
      )
    : undefined;

  const [first] = await signalled();
  terminal.notice(`Got ${first}: shutting the environment down. Send it once more to kill the environment.`);
  void signalled().then(() => process.exit(EXIT.interrupted));
  watcher?.close();
  await emulator.close();
  process.exit(EXIT.ok);
}

function isPath(path: string | undefined): path is string {
  return path !== undefined && path !== 'none';
}

/** The variables of the shell. The first line of this file hands NODE_OPTIONS over under another name. */
function shell(): Record<string, string | undefined> {
  const { EMULATOR_NODE_OPTIONS: options, ...others } = process.env;
  return options ? { ...others, NODE_OPTIONS: options } : others;
}

/** What holds where no flag says another port. */
async function usualPorts(address: string): Promise<{ port: number; runtimeApiPort: number }> {
  return {
    port: await usualOrFree(USUAL.port, address),
    runtimeApiPort: await usualOrFree(USUAL.runtimeApiPort, address),
  };
}

/** Waits for the current invocation and ends the environment, as Lambda does when code is deployed. */
async function renew(emulator: Emulator, terminal: Terminal, isEager: boolean): Promise<void> {
  if (emulator.phase === 'cold' || emulator.phase === 'closed') return;
  if (emulator.phase !== 'idle') await emulator.untilPhase('idle');
  terminal.notice(`The files changed: a new environment starts ${isEager ? 'now' : 'with the next invocation'}.`);
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
  return `Cannot listen on port ${port}, because another process does. Stop that process, or choose another port: --port for invocations, --runtime-api-port for Lambda's APIs.`;
}

function hasColours(): boolean {
  return process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
}
