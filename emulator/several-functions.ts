import type { TelemetryRecord } from '../lambda-api/telemetry-api.ts';
import { changed, onFreePorts } from './changed-settings.ts';
import type { FunctionOptions } from './command-line.ts';
import type { Connection } from './connection.ts';
import type { Emulator } from './emulator-types.ts';
import { type Endpoint, hostFor, openEndpoint } from './endpoint.ts';
import type { LogLine, TimelineEntry } from './environment/watching.ts';
import type { LocalFunction } from './functions/local-function.ts';
import { arnPrefixOf, functionOf } from './own-endpoint.ts';
import { newSnapshot } from './restores.ts';
import { readOptions, type Settings } from './settings.ts';
import { isolateTenants, type Started, startJoined } from './tenants.ts';

/** Which environment of which function. */
export interface Place {
  readonly functionName: string;
  /** Counted from 1. */
  readonly environment: number;
}

export interface SeveralOptions {
  readonly functions: readonly FunctionOptions[];
  /** Whether the only function answers to any name, as on RIE. */
  readonly takesAnyName: boolean;
  onLine(line: LogLine, place: Place): void;
  onTimeline(entry: TimelineEntry, place: Place): void;
  onRecord?(record: TelemetryRecord, place: Place): void;
}

/** Functions that run behind one Invoke API, each in one environment or several. */
export interface SeveralFunctions extends AsyncDisposable {
  readonly functions: readonly RunningFunction[];
  close(): Promise<void>;
}

export interface RunningFunction {
  readonly name: string;
  readonly options: FunctionOptions;
  readonly invokeUrl: string;
  readonly httpUrl: string | undefined;
  /** With tenant isolation, those of the tenants so far. */
  readonly environments: readonly Emulator[];
  /** Waits for the environments that start. */
  settled(): Promise<void>;
}

/** Starts all of them; the first one's options say where the endpoint listens. Stops those that run if one fails to start. */
export async function startFunctions(options: SeveralOptions): Promise<SeveralFunctions> {
  const parts = options.functions.map((one) => ({
    options: one,
    settings: readSettings(one, options.functions.length === 1),
  }));
  const [first] = parts;
  if (first === undefined) throw new TypeError('There is no function to start.');
  const callees = new Map<string, LocalFunction>();
  const only = () => [...callees.values()][0];
  const endpoint = await openEndpoint({
    ...first.settings,
    find: (name) => (options.takesAnyName ? only() : callees.get(name)),
    arnPrefix: arnPrefixOf(first.settings),
  });
  const functions: RunningFunction[] = [];
  const close = async () => {
    for (const callee of callees.values()) callee[Symbol.dispose]();
    await Promise.all(functions.map((one) => one.settled()));
    await Promise.all(functions.flatMap(({ environments }) => environments.map((one) => one.close())));
    await endpoint.close();
  };

  try {
    for (const part of parts) {
      const settings = options.takesAnyName ? part.settings : reachingOthers(part.settings, endpoint);
      const { functionName } = settings;
      const onHint = (text: string) => options.onLine({ source: 'hint', text }, { functionName, environment: 1 });
      const callee = functionOf(settings, onHint);
      callees.set(functionName, callee);
      const own = part === first ? settings : onFreePorts(settings);
      functions.push(await startFunction(part.options, own, callee, endpoint, options));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { functions, close, [Symbol.asyncDispose]: close };
}

async function startFunction(
  options: FunctionOptions,
  settings: Settings,
  callee: LocalFunction,
  endpoint: Endpoint,
  { onLine, onTimeline, onRecord }: SeveralOptions,
): Promise<RunningFunction> {
  const { functionName, http } = settings;
  const origin = (port: number) => `http://${hostFor(settings.address)}:${port}`;
  const httpPort = http && (await endpoint.openHttp(callee, { port: http.port ?? 0, cors: http.cors }));
  const connection: Connection = {
    invokeUrl: `${origin(endpoint.port)}/2015-03-31/functions/${functionName}/invocations`,
    httpUrl: httpPort === undefined ? undefined : `${origin(httpPort)}/`,
    callee,
    close: async () => {},
  };
  const environments: Emulator[] = [];
  // With SnapStart all are restored from one.
  const snapshot = settings.initializationType === 'snap-start' ? newSnapshot() : undefined;
  let places = 0;
  const startOne = async (): Promise<Started> => {
    const place = { functionName, environment: ++places };
    const own = changed(place.environment === 1 ? settings : onFreePorts(settings), {
      onLine: (line) => onLine(line, place),
      onTimeline: (entry) => onTimeline(entry, place),
      onRecord: (record) => onRecord?.(record, place),
    });
    const started = await startJoined(own, connection, snapshot);
    environments.push(started.emulator);
    return started;
  };
  const running = { name: functionName, options, ...connection, environments };
  if (settings.tenantIsolation) {
    const tenants = isolateTenants(callee, Promise.resolve(await startOne()), startOne);
    return { ...running, settled: tenants.settled };
  }
  while (places < options.environments) {
    const started = startOne().catch(async (error: unknown) => {
      await Promise.all(environments.map((one) => one.close()));
      throw error;
    });
    callee.add((await started).environment);
  }
  return { ...running, settled: async () => {} };
}

/** AWS's SDK in a function finds the other functions here. */
function reachingOthers(settings: Settings, { port }: Endpoint): Settings {
  const here = { AWS_ENDPOINT_URL_LAMBDA: `http://${hostFor(settings.address)}:${port}` };
  return changed(settings, {}, (own) => ({ ...here, ...own }));
}

function readSettings(options: FunctionOptions, isOnly: boolean): Settings {
  try {
    return readOptions(options);
  } catch (error) {
    if (isOnly) throw error;
    const problems = (error as Error).message.split('\n').map((problem) => `${options.functionName}: ${problem}`);
    throw new TypeError(problems.join('\n'));
  }
}
