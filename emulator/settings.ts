import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../foundation/clock.ts';
import type { InitializationType } from '../lambda-api/environment.ts';
import { limits } from '../lambda-api/limits.ts';
import type { LogLine, TimelineEntry } from './environment/environment.ts';
import type { FunctionConfiguration } from './environment/state.ts';

/** Options of the function and the emulator. All but the function's directory have a default. */
export interface EmulatorOptions {
  /** Lambda's /var/task. */
  readonly functionDir: string;
  /** `file.method`, as in the function's configuration. */
  readonly handler?: string;
  /** Lambda's /opt: the extensions are the files in its folder `extensions`. Without it there are no extensions. */
  readonly optDir?: string | undefined;
  /** The function's variables. It inherits nothing from this process but the PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly functionName?: string;
  /** A published version, as `7`; `$LATEST` by default. */
  readonly functionVersion?: string;
  readonly memoryMB?: number;
  readonly timeoutMs?: number;
  readonly initializationType?: Exclude<InitializationType, 'snap-start'>;
  /** How many invocations run at once; only on managed instances. */
  readonly concurrency?: number;
  readonly region?: string;
  readonly accountId?: string;
  readonly logFormat?: 'Text' | 'JSON';
  /** Port of the Invoke API; 0 takes a free one. */
  readonly port?: number;
  /** Port of the Runtime API; extensions learn it from AWS_LAMBDA_RUNTIME_API. */
  readonly runtimeApiPort?: number;
  /** The address that both ports listen on. Any but a loopback address lets other machines invoke the function. */
  readonly address?: string;
  /** The runtime process: a program and its arguments. Without it our own Node runtime runs the handler. */
  readonly runtimeCommand?: readonly string[] | undefined;
  /** Stops all processes between invocations. */
  readonly freeze?: boolean;
  /** What happens to a call while the environment is busy: it waits, or gets HTTP 429. */
  readonly whenBusy?: 'wait' | 'reject';
  /** How long an environment lives without an invocation. */
  readonly spindownAfterMs?: number | undefined;
  readonly initLimitMs?: number;
  readonly clock?: Clock;
  /** Gets each log line of the platform, the function and the extensions, and the hints. */
  onLine?(line: LogLine): void;
  /** Gets each event, effect and change of phase as it happens. */
  onTimeline?(entry: TimelineEntry): void;
}

export type Settings = Required<Omit<EmulatorOptions, 'onLine' | 'onTimeline' | 'clock'>> & {
  readonly clock: Clock;
  onLine(line: LogLine): void;
  onTimeline(entry: TimelineEntry): void;
};

const SECOND = 1_000;

/** Fills in Lambda's defaults, and RIE's where Lambda has none. Throws a `TypeError` that lists all wrong values. */
export function readOptions(options: EmulatorOptions): Settings {
  const { initializationType = 'on-demand', timeoutMs = 3 * SECOND } = options;
  const isManaged = initializationType === 'lambda-managed-instances';
  const settings: Settings = {
    functionDir: resolve(options.functionDir),
    handler: options.handler ?? 'index.handler',
    optDir: options.optDir === undefined ? undefined : resolve(options.optDir),
    environment: options.environment ?? {},
    functionName: options.functionName ?? 'function',
    functionVersion: options.functionVersion ?? '$LATEST',
    memoryMB: options.memoryMB ?? 128,
    timeoutMs,
    initializationType,
    concurrency: isManaged ? (options.concurrency ?? 10) : 1,
    region: options.region ?? options.environment?.AWS_REGION ?? 'us-east-1',
    accountId: options.accountId ?? '123456789012',
    // Managed instances log JSON only.
    logFormat: isManaged ? 'JSON' : (options.logFormat ?? 'Text'),
    port: options.port ?? 0,
    runtimeApiPort: options.runtimeApiPort ?? 0,
    address: options.address ?? '127.0.0.1',
    runtimeCommand: options.runtimeCommand,
    freeze: options.freeze ?? true,
    whenBusy: options.whenBusy ?? 'wait',
    spindownAfterMs: options.spindownAfterMs,
    initLimitMs: options.initLimitMs ?? limits[initializationType].initMs(timeoutMs),
    clock: options.clock ?? systemClock,
    onLine: options.onLine ?? (() => {}),
    onTimeline: options.onTimeline ?? (() => {}),
  };
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new TypeError(problems.join('\n'));
  return settings;
}

export function toConfiguration(settings: Settings, instanceId: string): FunctionConfiguration {
  const { functionName, accountId, region } = settings;
  return {
    functionName,
    functionVersion: settings.functionVersion,
    functionArn: `arn:aws:lambda:${region}:${accountId}:function:${functionName}`,
    accountId,
    handler: settings.handler,
    memoryMB: settings.memoryMB,
    timeoutMs: settings.timeoutMs,
    initializationType: settings.initializationType,
    initLimitMs: settings.initLimitMs,
    instanceId,
    runtimeVersion: `nodejs:${process.versions.node.split('.')[0]}`,
    concurrency: settings.concurrency,
    whenBusy: settings.whenBusy,
    freezes: settings.freeze,
    spindownAfterMs: settings.spindownAfterMs,
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
  const { memoryMB, timeoutMs } = limits[settings.initializationType];
  range('memoryMB', settings.memoryMB, memoryMB.from, memoryMB.to);
  range('timeoutMs', settings.timeoutMs, 1, timeoutMs);
  range('concurrency', settings.concurrency, 1, limits['lambda-managed-instances'].concurrency);
  range('port', settings.port, 0, 65_535);
  range('runtimeApiPort', settings.runtimeApiPort, 0, 65_535);
  return problems;
}
