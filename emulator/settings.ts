import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type SleepClock, systemClock } from '../foundation/clock.ts';
import type { InitializationType } from '../lambda-api/environment.ts';
import { eventLimits, limits } from '../lambda-api/limits.ts';
import type { TelemetryRecord } from '../lambda-api/telemetry-api.ts';
import type { FunctionConfiguration } from './environment/state.ts';
import type { LogLine, TimelineEntry } from './environment/watching.ts';
import { problemOfSize } from './environment-size.ts';
import type { Cors } from './http-front/cors.ts';
import { PACKAGED_OPT } from './own-files.ts';

/** Options of the function and the emulator. All but the function's folder have a default. */
export interface EmulatorOptions {
  /** The folder with the function's code, Lambda's `/var/task`. */
  readonly functionDir: string;
  /** `file.method`, as in the function's configuration. Default: `index.handler`. */
  readonly handler?: string;
  /**
   * Lambda's `/opt`: each file in its folder `extensions` starts as an extension. `none`: no extensions. Default: the extensions
   * of this package.
   */
  readonly optDir?: string | undefined;
  /**
   * The function's variables, or a function that returns them for each environment. The function inherits nothing from this
   * process but the PATH. Default: none.
   */
  readonly environment?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** Default: `function`. */
  readonly functionName?: string;
  /** A published version, as `7`. Default: `$LATEST`; `1` with SnapStart, which has published versions only. */
  readonly functionVersion?: string;
  /** The function's memory in MB; reported, not enforced. Default: 128. */
  readonly memoryMB?: number;
  /**
   * How long an invocation may take, in milliseconds. Up to 900000; on managed instances up to 5400000, of which a caller who waits
   * gets 900000. Default: 3000.
   */
  readonly timeoutMs?: number;
  /**
   * Default: `on-demand`, which initialises with the first invocation. The others initialise at once. `snap-start` then waits
   * in the snapshot; the first invocation, or `restore`, restores it.
   */
  readonly initializationType?: InitializationType;
  /**
   * Each tenant has an environment of its own. Invocations must name their tenant. Only on demand, and without `http`.
   * Default: false.
   */
  readonly tenantIsolation?: boolean;
  /**
   * A durable function: `platform.initStart` says so, and callers get the ARN of the execution. There is no checkpoint API: the
   * handler gets the event as it was sent. Default: false.
   */
  readonly durable?: boolean;
  /** How many invocations run at once, on managed instances only. Default: 10. */
  readonly concurrency?: number;
  /** Default: `AWS_REGION` of `environment`, else `us-east-1`. */
  readonly region?: string;
  /** The account in the function's ARN. Default: `123456789012`. */
  readonly accountId?: string;
  /** Default: `Text`; on managed instances always `JSON`. */
  readonly logFormat?: 'Text' | 'JSON';
  /** Port of the Invoke API; 0 takes a free one. Default: 0. */
  readonly port?: number;
  /** Port of the Runtime, Extensions and Telemetry API; 0 takes a free one. Default: 0. */
  readonly runtimeApiPort?: number;
  /** The address that both ports listen on. Any but a loopback address lets other machines invoke the function. Default: `127.0.0.1`. */
  readonly address?: string;
  /** The runtime process: a program and its arguments. Default: our Node.js runtime, which runs the handler. */
  readonly runtimeCommand?: readonly string[] | undefined;
  /**
   * The loopback port where a debugger finds the function; 0 takes a free one. The function is then not frozen, and has no time
   * limit while a debugger is attached. Default: none.
   */
  readonly inspectPort?: number | undefined;
  /** Stops all processes between invocations. Default: true. */
  readonly freeze?: boolean;
  /** What happens to a call while the environment is busy: it waits, or gets HTTP 429. Default: `wait`. */
  readonly whenBusy?: 'wait' | 'reject';
  /** How long an environment lives without an invocation, in milliseconds. Default: until it is closed. */
  readonly spindownAfterMs?: number | undefined;
  /** How long init may take, in milliseconds. Default: Lambda's limit for the initialisation type. */
  readonly initLimitMs?: number;
  /** How long an `Event` that failed waits before each retry, in milliseconds. Default: as on Lambda, 60000 and 120000. */
  readonly eventRetryDelaysMs?: readonly number[];
  /** A file that gets a line of JSON for each `Event` whose retries all failed. Default: none; such events are dropped. */
  readonly deadLetterFile?: string | undefined;
  /** Makes the function a web server, as a function URL does. Default: no. */
  readonly http?: HttpOptions | undefined;
  /** Makes stack traces name the lines of the source, where the code has source maps. Default: false. */
  readonly sourceMaps?: boolean;
  /** Tells and waits for time. Default: the machine's. */
  readonly clock?: SleepClock;
  /** Gets each log line of the platform, the function and the extensions, and the hints. */
  onLine?(line: LogLine): void;
  /** Gets each telemetry record, with or without a subscriber. */
  onRecord?(record: TelemetryRecord): void;
  /** Gets each event, effect and change of phase as it happens. */
  onTimeline?(entry: TimelineEntry): void;
}

export interface HttpOptions {
  /** 0 takes a free one. Default: 0. */
  readonly port?: number;
  /** What pages of other origins may do. Default: the function decides. */
  readonly cors?: Cors | undefined;
}

export type Settings = Required<
  Omit<EmulatorOptions, 'onLine' | 'onRecord' | 'onTimeline' | 'clock' | 'environment'>
> & {
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: SleepClock;
  onLine(line: LogLine): void;
  onRecord(record: TelemetryRecord): void;
  onTimeline(entry: TimelineEntry): void;
};

export const LOOPBACK = '127.0.0.1';
const SECOND = 1_000;

/** Fills in Lambda's defaults, and RIE's where Lambda has none. Throws a `TypeError` that lists all wrong values. */
export function readOptions(options: EmulatorOptions): Settings {
  const { initializationType = 'on-demand', timeoutMs = 3 * SECOND } = options;
  const isManaged = initializationType === 'lambda-managed-instances';
  const { environment = {} } = options;
  const variables = typeof environment === 'function' ? environment : () => environment;
  const settings: Settings = {
    functionDir: resolve(options.functionDir),
    handler: options.handler ?? 'index.handler',
    optDir: optDirOf(options.optDir),
    get environment() {
      return variables();
    },
    functionName: options.functionName ?? 'function',
    functionVersion: options.functionVersion ?? defaultVersion(initializationType),
    memoryMB: options.memoryMB ?? 128,
    timeoutMs,
    initializationType,
    tenantIsolation: options.tenantIsolation ?? false,
    durable: options.durable ?? false,
    concurrency: isManaged ? (options.concurrency ?? 10) : 1,
    region: options.region ?? variables().AWS_REGION ?? 'us-east-1',
    accountId: options.accountId ?? '123456789012',
    // Managed instances log JSON only.
    logFormat: isManaged ? 'JSON' : (options.logFormat ?? 'Text'),
    port: options.port ?? 0,
    runtimeApiPort: options.runtimeApiPort ?? 0,
    address: options.address ?? '127.0.0.1',
    runtimeCommand: options.runtimeCommand,
    inspectPort: options.inspectPort,
    freeze: options.inspectPort === undefined && (options.freeze ?? true),
    whenBusy: options.whenBusy ?? 'wait',
    spindownAfterMs: options.spindownAfterMs,
    initLimitMs: options.initLimitMs ?? limits[initializationType].initMs(timeoutMs),
    eventRetryDelaysMs: options.eventRetryDelaysMs ?? eventLimits.retryDelaysMs,
    deadLetterFile: options.deadLetterFile,
    http: options.http,
    sourceMaps: options.sourceMaps ?? false,
    clock: options.clock ?? systemClock,
    onLine: options.onLine ?? (() => {}),
    onRecord: options.onRecord ?? (() => {}),
    onTimeline: options.onTimeline ?? (() => {}),
  };
  // A function may give what a whole shell has, as the command does; it looks at its file itself.
  const problemOfEnvironment = typeof environment === 'function' ? undefined : problemOfSize(environment);
  const problems = [...problemsOf(settings), ...(problemOfEnvironment === undefined ? [] : [problemOfEnvironment])];
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
  return settings;
}

function optDirOf(optDir = PACKAGED_OPT): string | undefined {
  return optDir === undefined || optDir === 'none' ? undefined : resolve(optDir);
}

/** What holds for every environment of the function. */
export function describeFunction(settings: Settings) {
  const { functionName, functionVersion, accountId, region, concurrency, tenantIsolation, durable } = settings;
  const functionArn = `arn:aws:lambda:${region}:${accountId}:function:${functionName}`;
  return { functionName, functionVersion, functionArn, accountId, concurrency, tenantIsolation, durable };
}

export function defaultVersion(initializationType: InitializationType): string {
  return initializationType === 'snap-start' ? '1' : '$LATEST';
}

/** @param restoredInstanceId Of the environment after a restore. */
export function toConfiguration(
  settings: Settings,
  instanceId: string,
  restoredInstanceId: string,
): FunctionConfiguration {
  const { restoreMs } = limits[settings.initializationType];
  return {
    ...describeFunction(settings),
    handler: settings.handler,
    memoryMB: settings.memoryMB,
    timeoutMs: settings.timeoutMs,
    initializationType: settings.initializationType,
    initLimitMs: settings.initLimitMs,
    instanceId,
    runtimeVersion: `nodejs:${process.versions.node.split('.')[0]}${settings.durable ? '.DurableFunction' : ''}`,
    whenBusy: settings.whenBusy,
    freezes: settings.freeze,
    spindownAfterMs: settings.spindownAfterMs,
    snapStart: restoreMs === undefined ? undefined : { restoreLimitMs: restoreMs, restoredInstanceId },
  };
}

function problemsOf(settings: Settings): string[] {
  const problems: string[] = [];
  const directory = (name: string, path: string) => {
    if (!existsSync(path) || !statSync(path).isDirectory())
      problems.push(`${name} is ${path}: there is no such directory.`);
  };
  const range = (name: string, value: number, from: number, to: number) => {
    if (!(value >= from && value <= to)) problems.push(`${name} is ${value}: expected a number from ${from} to ${to}.`);
  };
  directory('functionDir', settings.functionDir);
  if (settings.optDir !== undefined) directory('optDir', settings.optDir);
  const { memoryMB, timeoutMs, unattendedTimeoutMs = timeoutMs } = limits[settings.initializationType];
  range('memoryMB', settings.memoryMB, memoryMB.from, memoryMB.to);
  range('timeoutMs', settings.timeoutMs, 1, unattendedTimeoutMs);
  range('concurrency', settings.concurrency, 1, limits['lambda-managed-instances'].concurrency);
  range('port', settings.port, 0, 65_535);
  range('inspectPort', settings.inspectPort ?? 0, 0, 65_535);
  range('runtimeApiPort', settings.runtimeApiPort, 0, 65_535);
  range('http.port', settings.http?.port ?? 0, 0, 65_535);
  for (const delayMs of settings.eventRetryDelaysMs) range('eventRetryDelaysMs', delayMs, 0, eventLimits.longestAgeMs);
  if (settings.tenantIsolation) problems.push(...problemsOfTenantIsolation(settings));
  return problems;
}

function problemsOfTenantIsolation({ initializationType, http }: Settings): string[] {
  return [
    ...(initializationType === 'on-demand'
      ? []
      : [`tenantIsolation is true: expected initializationType on-demand, not ${initializationType}.`]),
    ...(http === undefined
      ? []
      : ['tenantIsolation is true: expected no http, because a request there names no tenant.']),
  ];
}
