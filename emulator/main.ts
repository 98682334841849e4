#!/usr/bin/env -S -u NODE_OPTIONS EMULATOR_NODE_OPTIONS=${NODE_OPTIONS} node --
/**
 * The command `lambda-node-extended`. Node.js takes `--env-file` for itself, even after a script's name, unless `--` comes before.
 * NODE_OPTIONS is the function's, and must not configure the emulator.
 * Below npx, which is such a script, only `--env` gets here if the file does not exist.
 */
import { resolve } from 'node:path';
import { cac } from 'cac';
import { VERSION } from '../foundation/version.ts';
import { type BuildFlags, buildText, USUAL_MODULE } from './build-command.ts';
import type { DevFlags, FunctionOptions } from './command-line.ts';
import { createDashboard } from './dashboard/open-dashboard.ts';
import type { Dashboard } from './dashboard/server.ts';
import { buildDevExtensions } from './dev-extension.ts';
import { USUAL, withFunctionFlags, withServerFlags } from './function-flags.ts';
import type { Emulator, EmulatorOptions } from './index.ts';
import { type InvokeFlags, invokeOnce } from './invoke-command.ts';
import { type MeasureFlags, measure } from './measure/command.ts';
import { newText } from './new-command.ts';
import { type PolicyFlags, policyText } from './policy-command.ts';
import { readFunctions } from './read-functions.ts';
import { sampleNames } from './samples/samples.ts';
import { settingsText } from './settings-command.ts';
import { type Place, type SeveralFunctions, startFunctions } from './several-functions.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { usualOrFree } from './usual-ports.ts';
import { watchPaths } from './watch.ts';

const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const cli = cac('lambda-node-extended');
withServerFlags(withFunctionFlags(cli.command('dev', 'Run a function on a local Lambda, with its extensions')))
  .example('  lambda-node-extended dev --function-dir dist --handler app.handler')
  .example('  lambda-node-extended dev --opt-dir dist/opt --env .env --watch')
  .example('  lambda-node-extended dev --function-dir dist --http 3000')
  .example('  lambda-node-extended dev --config emulator.json')
  .example('  lambda-node-extended dev --extension src/extension.ts --function-dir function')
  .example(`  curl -d '{"key":"value"}' http://127.0.0.1:8080/2015-03-31/functions/function/invocations`)
  .action((flags: DevFlags) => dev(flags));
withFunctionFlags(
  cli.command('invoke', 'Invoke a function once: of an emulator that runs, or of one that starts for it'),
)
  .option('--event <file>', 'The file with the event, or - for standard input (default: {})')
  .option('--sample <source>', `An event as that source sends it: ${sampleNames.join(', ')}`)
  .option('--tail', 'Also print the end of the log, to standard error')
  .option('--url <url>', `The emulator that runs (default: http://127.0.0.1:${USUAL.port}, if one answers there)`)
  .option('--qualifier <name>', 'The alias or version in the ARN of the function')
  .option('--tenant-id <id>', 'The tenant, of a function with tenant isolation')
  .option('--durable-execution-name <name>', 'The name of the execution, of a durable function')
  .option('--print-event', 'Print the event, and invoke nothing')
  .example('  lambda-node-extended invoke --sample sqs --tail')
  .example(`  echo '{"key":"value"}' | lambda-node-extended invoke --event - --function-dir dist`)
  .action(async (flags: InvokeFlags) => {
    process.exitCode = await invokeOnce(flags, process.argv, shell());
  });
cli
  .command('new <kind> <name>', 'Make a project for an extension or a function, in a folder of its name')
  .example('  lambda-node-extended new extension my-extension')
  .example('  lambda-node-extended new function my-function')
  .action((kind: string, name: unknown) => console.log(newText(kind, String(name), process.cwd())));
cli
  .command('build [...modules]', `Build extensions in each form that Lambda takes (default: ${USUAL_MODULE})`)
  .option('--out-dir <dir>', 'The folder to write to', { default: 'dist' })
  .option('--opt-dir <dir>', 'The /opt to add them to (default: the extensions of this package)')
  .example('  lambda-node-extended build src/extension.ts')
  .action(async (modules: string[], flags: BuildFlags) => {
    const { text, problems } = await buildText(modules, flags, process.cwd());
    console.log(text);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = EXIT.failed;
  });
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
withFunctionFlags(
  cli.command(
    'measure',
    'Say what a function takes and costs: from runs on this machine, or from the reports in its log',
  ),
)
  .option(
    '--with <extensions>',
    'What to run the function with, in turn: none, all, each, or a folder as --opt-dir (default: none,all)',
  )
  .option('--event <file>', 'The file with the event (default: {}). May come several times')
  .option('--rounds <n>', 'The most rounds (default: 50)')
  .option('--warm <n>', 'How many invocations follow the first of each environment (default: 10)')
  .option('--pause <seconds>', 'How long the environment is frozen between invocations (default: 0)')
  .option('--time <seconds>', 'After how long no further round begins (default: 120)')
  .option('--precision <percent>', 'Ends when the first answer is known so well (default: 5)')
  .option(
    '--reports <file>',
    'Measure no run, but read a file of log lines or an export of CloudWatch (JSON, CSV, gzip). May come several times',
  )
  .option('--before <file>', 'The reports to compare with, e.g. those without an extension')
  .option('--fail-if <threshold>', 'End with status 1 if it is exceeded for sure, e.g. "added-first-answer>20ms"')
  .option('--invocations <n>', 'How many invocations a month has (default: 1000000)')
  .option(
    '--cold-share <percent>',
    'How many of them start an environment (default: 1 of a run, as many as there are of reports)',
  )
  .option('--architecture <name>', 'x86_64 or arm64 (default: x86_64)')
  .option('--page <file>', 'Also write a page with plots, which needs no network')
  .option('--json', 'Print JSON')
  .example('  lambda-node-extended measure --function-dir dist --page measured.html')
  .example('  lambda-node-extended measure --reports with.txt --before without.txt --fail-if "added-cold-start>20ms"')
  .action(async (flags: MeasureFlags) => {
    const interrupted = new AbortController();
    process.once('SIGINT', () => interrupted.abort());
    const { text, failures } = await measure(flags, {
      shell: shell(),
      progress: process.stderr,
      signal: interrupted.signal,
    });
    console.log(text);
    for (const failure of failures) console.error(failure);
    if (failures.length > 0) process.exitCode = EXIT.failed;
  });
cli
  .command('settings [file]', 'Print the table of the settings that an extension declares')
  .example('  lambda-node-extended settings src/extension.ts >> README.md')
  .action(async (file: string | undefined) => {
    process.stdout.write(await settingsText(file));
  });
cli.help();
cli.version(VERSION);

try {
  const { options, args } = cli.parse(withDashes(process.argv), { run: false });
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
  const extensions =
    flags.extension === undefined
      ? undefined
      : await buildDevExtensions([flags.extension].flat(), lastOf(flags.optDir));
  process.once('exit', () => extensions?.close());
  const given = {
    ...(await usualPorts(String([flags.address].flat().at(-1)), flags.http)),
    ...withoutBareHttp(flags),
    ...(extensions === undefined ? {} : { optDir: extensions.optDir }),
  };
  const functions = readFunctions(given, shell());
  const variables = new Map(functions.map(({ functionName, environment }) => [functionName, environment]));
  const isTerminal = process.stdout.isTTY === true;
  const hasSeveralEnvironments = ({ environments, tenantIsolation }: FunctionOptions) =>
    environments > 1 || tenantIsolation === true;
  const hasSeveral = functions.length > 1 || functions.some(hasSeveralEnvironments);
  const terminal = createTerminal({
    isJson: flags.json === true,
    hasColours: isTerminal && process.env.NO_COLOR === undefined,
    hasColumn: isTerminal || hasSeveral,
    isQuiet: flags.quiet === true,
  });
  const nameOf = ({ functionName, environment }: Place) =>
    functions.some((one) => one.functionName === functionName && hasSeveralEnvironments(one))
      ? `${functionName}#${environment}`
      : functionName;
  const dashboard = flags.dashboard === undefined || flags.dashboard === false ? undefined : createDashboard();
  const indexOf = placeIndex(functions);
  let running: SeveralFunctions;
  try {
    running = await startFunctions({
      functions: functions.map((one) => ({ ...one, environment: () => variablesOf(variables.get(one.functionName)) })),
      takesAnyName: flags.config === undefined,
      onLine(line, place) {
        terminal.line(line, hasSeveral ? nameOf(place) : undefined);
        dashboard?.line(line, indexOf(place));
      },
      onTimeline(entry, place) {
        terminal.timeline(entry, hasSeveral ? nameOf(place) : undefined);
        dashboard?.timeline(entry, indexOf(place));
      },
      onRecord: (record, place) => dashboard?.record(record, indexOf(place)),
    });
  } catch (error) {
    console.error(explain(error as NodeJS.ErrnoException, functions));
    process.exitCode = EXIT.failed;
    return;
  }
  // The terminal or the pipe may be closed. The environment still shuts down in order.
  process.stdout.on('error', () => {});
  for (const { options, invokeUrl, httpUrl, environments } of running.functions) {
    terminal.listening(invokeUrl, environments[0]?.runtimeApi ?? '', {
      isForAllAddresses: options.address === '0.0.0.0' || options.address === '::',
      httpUrl,
    });
  }
  for (const { inspectPort } of running.functions.flatMap(({ environments }) => environments)) {
    if (inspectPort !== undefined) terminal.notice(`A debugger finds the function at 127.0.0.1:${inspectPort}.`);
  }
  const dashboardPort = [flags.dashboard].flat().at(-1);
  const watched = running.functions.flatMap(({ name, options, environments }) =>
    environments.map((emulator, at) => ({
      name: nameOf({ functionName: name, environment: at + 1 }),
      emulator,
      options,
    })),
  );
  let page: Dashboard | undefined;
  try {
    page = await dashboard?.open(watched, dashboardPort === true ? 0 : Number(dashboardPort));
  } catch (error) {
    console.error(`--dashboard is "${dashboardPort}": ${(error as Error).message}.`);
    process.exitCode = EXIT.failed;
    return running.close();
  }
  if (page) terminal.notice(`Dashboard: ${page.url}`);
  const watchers = flags.watch
    ? running.functions.map(({ options, environments }) =>
        watchPaths(
          [options.functionDir, options.optDir, lastOf(flags.envFile)].filter(isPath).map((path) => resolve(path)),
          async () => {
            try {
              for (const again of readFunctions(given, shell())) variables.set(again.functionName, again.environment);
            } catch (error) {
              return terminal.notice((error as Error).message);
            }
            await Promise.all(environments.map((emulator) => renew(emulator, terminal, isEager(options))));
          },
        ),
      )
    : [];
  extensions?.watch({
    notice: terminal.notice,
    built: () =>
      Promise.all(
        running.functions.flatMap(({ options, environments }) =>
          environments.map((emulator) => renew(emulator, terminal, isEager(options))),
        ),
      ),
  });

  const [first] = await signalled();
  terminal.notice(`Got ${first}: shutting the environment down. Send it once more to kill the environment.`);
  void signalled().then(() => process.exit(EXIT.interrupted));
  for (const watcher of watchers) watcher.close();
  await Promise.all([page?.close(), running.close()]);
  process.exit(EXIT.ok);
}

/** Environments of all functions in one row. Those that are started for a tenant later have no place in it. */
function placeIndex(functions: readonly FunctionOptions[]): (place: Place) => number | undefined {
  const firsts = new Map<string, number>();
  let next = 0;
  for (const { functionName, environments } of functions) {
    firsts.set(functionName, next);
    next += environments;
  }
  return ({ functionName, environment }) => {
    const index = (firsts.get(functionName) ?? 0) + environment - 1;
    return functions.some((one) => one.functionName === functionName && environment <= one.environments)
      ? index
      : undefined;
  };
}

function variablesOf(given: EmulatorOptions['environment'] = {}): Readonly<Record<string, string>> {
  return typeof given === 'function' ? given() : given;
}

function lastOf(value: string | undefined | readonly string[]): string | undefined {
  return [value].flat().at(-1);
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
async function usualPorts(address: string, http: unknown): Promise<Pick<DevFlags, 'port' | 'runtimeApiPort' | 'http'>> {
  return {
    port: await usualOrFree(USUAL.port, address),
    runtimeApiPort: await usualOrFree(USUAL.runtimeApiPort, address),
    ...([http].flat().at(-1) === true ? { http: await usualOrFree(USUAL.httpPort, address) } : {}),
  };
}

/** `--http` without a port leaves the choice to `usualPorts`. */
function withoutBareHttp({ http, ...flags }: DevFlags): DevFlags {
  return [http].flat().at(-1) === true ? flags : { ...flags, http };
}

/** Waits for the current invocation and ends the environment, as Lambda does when code is deployed. */
async function renew(emulator: Emulator, terminal: Terminal, isEager: boolean): Promise<void> {
  const isIn = (...names: Emulator['phase'][]) => names.includes(emulator.phase);
  // With SnapStart init ends in the snapshot, which must not keep the old code until somebody invokes.
  if (!isIn('cold', 'closed', 'idle', 'snapshot'))
    await Promise.race((['idle', 'snapshot', 'cold'] as const).map((name) => emulator.untilPhase(name)));
  if (isIn('cold', 'closed')) return;
  terminal.notice(`The files changed: a new environment starts ${isEager ? 'now' : 'with the next invocation'}.`);
  await emulator.shutdown('spindown');
  if (isEager) await emulator.init();
}

function isEager({ initializationType }: EmulatorOptions): boolean {
  return initializationType !== 'on-demand';
}

/** `cac` takes a lone dash after a flag for another flag. */
function withDashes(argv: readonly string[]): string[] {
  return argv.flatMap((word, at) => {
    if (word === '-' && argv[at - 1]?.startsWith('--')) return [];
    return argv[at + 1] === '-' && word.startsWith('--') ? [`${word}=-`] : [word];
  });
}

function signalled(): Promise<[NodeJS.Signals]> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve([name]));
  });
}

function explain(
  { code, message, port }: NodeJS.ErrnoException & { port?: number },
  functions: readonly FunctionOptions[],
): string {
  if (code !== 'EADDRINUSE') return message;
  const isHttp = functions.some(({ http }) => http?.port === port);
  const isInspector = functions.some(({ inspectPort }) => inspectPort === port);
  const others = isInspector ? '--inspect' : "--port for invocations, --runtime-api-port for Lambda's APIs";
  const flags = isHttp ? '--http, or http in the file of --config' : others;
  return `Cannot listen on port ${port}, because another process does. Stop that process, or choose another port: ${flags}.`;
}
