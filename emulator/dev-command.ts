import { resolve } from 'node:path';
import type { DevFlags, FunctionOptions } from './command-line.ts';
import { createDashboard } from './dashboard/open-dashboard.ts';
import type { Dashboard } from './dashboard/server.ts';
import { buildDevExtensions } from './dev-extension.ts';
import { USUAL } from './function-flags.ts';
import type { Emulator, EmulatorOptions } from './index.ts';
import { placesOf } from './places.ts';
import { readFunctions } from './read-functions.ts';
import { type RunningFunction, type SeveralFunctions, startFunctions } from './several-functions.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { usualOrFree } from './usual-ports.ts';
import { watchPaths } from './watch.ts';

const EXIT = { ok: 0, failed: 1, interrupted: 130 } as const;

/** Runs until a signal, and ends the process. */
export async function dev(flags: DevFlags, shell: Readonly<Record<string, string | undefined>>): Promise<void> {
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
  const functions = readFunctions(given, shell);
  const variables = new Map(functions.map(({ functionName, environment }) => [functionName, environment]));
  const isTerminal = process.stdout.isTTY === true;
  const { hasSeveral, nameOf, indexOf } = placesOf(functions);
  const terminal = createTerminal({
    isJson: flags.json === true,
    hasColours: isTerminal && shell.NO_COLOR === undefined,
    hasColumn: isTerminal || hasSeveral,
    isQuiet: flags.quiet === true,
  });
  const dashboard = flags.dashboard === undefined || flags.dashboard === false ? undefined : createDashboard();
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
    process.stderr.write(`${explain(error as NodeJS.ErrnoException, functions)}\n`);
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
    process.stderr.write(`--dashboard is "${dashboardPort}": ${(error as Error).message}.\n`);
    process.exitCode = EXIT.failed;
    return running.close();
  }
  if (page) terminal.notice(`Dashboard: ${page.url}`);
  const renewAll = ({ options, environments }: RunningFunction) =>
    Promise.all(environments.map((emulator) => renew(emulator, terminal, isEager(options))));
  const watchers = !flags.watch
    ? []
    : running.functions.map((one) =>
        watchPaths(
          [one.options.functionDir, one.options.optDir, lastOf(flags.envFile)]
            .filter(isPath)
            .map((path) => resolve(path)),
          async () => {
            try {
              for (const again of readFunctions(given, shell)) variables.set(again.functionName, again.environment);
            } catch (error) {
              return terminal.notice((error as Error).message);
            }
            await renewAll(one);
          },
        ),
      );
  extensions?.watch({ notice: terminal.notice, built: () => Promise.all(running.functions.map(renewAll)) });

  const [first] = await signalled();
  terminal.notice(`Got ${first}: shutting the environment down. Send it once more to kill the environment.`);
  void signalled().then(() => process.exit(EXIT.interrupted));
  for (const watcher of watchers) watcher.close();
  await Promise.all([page?.close(), running.close()]);
  process.exit(EXIT.ok);
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
