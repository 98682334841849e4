import type { ShutdownReason } from '../lambda-api/extensions-api.ts';
import type { TelemetryRecord } from '../lambda-api/telemetry-api.ts';
import type { ProcessUsage } from './environment/process-usage.ts';
import type { State } from './environment/state.ts';
import type { LogLine, TimelineEntry } from './environment/watching.ts';

/** Of one invocation, as AWS's API Invoke has them. */
export interface InvokeOptions {
  /** `Event` is answered at once with 202, and retried if it fails. Default: `RequestResponse`. */
  readonly kind?: 'RequestResponse' | 'Event';
  /** Adds the last 4 KB of the log to the result, which then waits for the end of the invocation. Default: false. */
  readonly logTail?: boolean;
  /** The header `X-Amzn-Trace-Id`. Default: one that the emulator makes. */
  readonly trace?: string;
  /** What the handler's context has as `clientContext`. Default: none. */
  readonly clientContext?: object;
  /** What the handler's context has as `identity`, of a caller with credentials of Amazon Cognito. Default: none. */
  readonly cognitoIdentity?: { readonly cognitoIdentityId: string; readonly cognitoIdentityPoolId: string };
  /** The tenant, where the function has `tenantIsolation`; Lambda refuses it elsewhere. Default: none. */
  readonly tenantId?: string;
  /** Of a durable function: the name of the execution. Default: one that the emulator makes. */
  readonly durableExecutionName?: string;
  /** The alias or version in the ARN that the function and its extensions get. Default: none. */
  readonly qualifier?: string;
}

export interface InvokeResult {
  /** 200, also of a function that failed; 202 of an `Event`; 429 where the environment is busy and `whenBusy` is `reject`. */
  readonly statusCode: number;
  readonly requestId: string;
  /** The response as text; `json()` parses it. */
  readonly payload: string;
  /** `Unhandled` where the function failed. */
  readonly functionError: string | undefined;
  /** The end of the log, where `logTail` asked for it. */
  readonly log: string | undefined;
  /** Of a durable function: the execution that the invocation belongs to. */
  readonly durableExecutionArn: string | undefined;
  /** The response, parsed. Throws a `SyntaxError` if it is not JSON. */
  json<T = unknown>(): T;
}

export interface Telemetry {
  /** Every record so far, with or without a subscriber. */
  readonly records: readonly TelemetryRecord[];
  /** Resolves with the first record that matches, a past one or a later one. */
  waitFor(predicate: (record: TelemetryRecord) => boolean): Promise<TelemetryRecord>;
}

/** Faults to inject. Each may be changed at any time. */
export interface Faults {
  /** How long each delivery of telemetry is delayed. */
  telemetryDelayMs: number;
  /** How many of the next deliveries of telemetry fail, as if nobody listened. */
  telemetryFailures: number;
  /** How long `register` is delayed, by the extension's name. */
  registerDelayMs: Record<string, number>;
}

/** A process of the environment, with its descendants. */
export interface RunningProcess extends ProcessUsage {
  /** `runtime`, or an extension. */
  readonly process: 'runtime' | { readonly extension: string };
  readonly pid: number;
}

export interface CloseOptions {
  /** How long the invocation may take, in milliseconds. Then it fails. Default: 2000. */
  readonly waitMs?: number;
}

export interface Emulator extends AsyncDisposable {
  /** The URL that takes invocations. */
  readonly invokeUrl: string;
  /** The port where a debugger finds the function, if `inspectPort` asked for one. */
  readonly inspectPort: number | undefined;
  /** Ports that extensions have because their usual ones are in use, by the variables that tell them. */
  readonly movedPorts: Readonly<Record<string, string>>;
  /** Where `http` made the function a web server; undefined without that option. */
  readonly httpUrl: string | undefined;
  /** `host:port`, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly runtimeApi: string;
  readonly phase: State['phase']['name'];
  readonly isFrozen: boolean;
  readonly telemetry: Telemetry;
  /** Log lines of the platform, the function and the extensions, and hints. */
  readonly lines: readonly LogLine[];
  readonly timeline: readonly TimelineEntry[];
  readonly faults: Faults;
  /** What each process takes now, the runtime and every extension. Empty between environments, and where the system is not Linux. */
  processes(): readonly RunningProcess[];
  /** Initialises before the first invocation, as Lambda may. Resolves at the end of init, also of one that failed. */
  init(): Promise<void>;
  /** With SnapStart: restores the environment from its snapshot, as the first invocation would. Resolves at the end of the restore, also of one that failed. */
  restore(): Promise<void>;
  invoke(payload?: unknown, options?: InvokeOptions): Promise<InvokeResult>;
  /** With `tenantIsolation`: the environment of a tenant that was invoked; the first tenant has this one. All are closed with this one. */
  tenant(tenantId: string): Emulator | undefined;
  /** Stops every process now; only between invocations. */
  freeze(): void;
  thaw(): void;
  /** Ends the environment as Lambda does; the next invocation starts another. The reasons `timeout` and `failure` make it a reset. */
  shutdown(reason?: ShutdownReason): Promise<void>;
  /** Kills a process of the environment with SIGKILL: an extension by its name, or the runtime. */
  kill(process: 'runtime' | { readonly extension: string }): void;
  /** Resolves when the environment is in that phase. */
  untilPhase(phase: State['phase']['name']): Promise<void>;
  untilLine(predicate: (line: LogLine) => boolean): Promise<LogLine>;
  /** Waits for the invocation that has begun, shuts the environment down for good, and stops listening. */
  close(options?: CloseOptions): Promise<void>;
}
