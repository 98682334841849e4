import type { InitializationType } from './environment.ts';

/**
 * Telemetry API, version 2022-07-01.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
 */
export const telemetryApi = { subscribe: '/2022-07-01/telemetry' } as const;

/**
 * Logs API, version 2020-08-15: what the Telemetry API has replaced, and older extensions still use.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html
 */
export const logsApi = { subscribe: '/2020-08-15/logs', schemaVersions: ['2020-08-15', '2021-03-18'] } as const;

export type TelemetryType = 'platform' | 'function' | 'extension';

export interface TelemetrySubscription {
  readonly schemaVersion: '2022-07-01' | '2022-12-13' | '2025-01-29';
  readonly types: readonly TelemetryType[];
  readonly destination:
    | { readonly protocol: 'HTTP'; readonly URI: string }
    | { readonly protocol: 'TCP'; readonly port: number };
  readonly buffering?: {
    /** 1,000 to 10,000 */
    readonly maxItems?: number;
    /** 262,144 to 1,048,576 */
    readonly maxBytes?: number;
    /** 25 to 30,000 */
    readonly timeoutMs?: number;
  };
}

/** One element of a Telemetry API post. */
export interface TelemetryRecord {
  /** ISO 8601; when Lambda made the record, which is not quite when the thing happened. */
  readonly time: string;
  /** `function`, `extension` or `platform.…` */
  readonly type: string;
  /** Text of a log line, or an object: platform events, and log lines in JSON format. */
  readonly record: unknown;
}

export type InitPhase = 'init' | 'invoke' | 'snap-start';
export type Status = 'success' | 'failure' | 'error' | 'timeout';

export interface Span {
  readonly name: 'responseLatency' | 'responseDuration' | 'runtimeOverhead' | 'extensionOverhead';
  readonly start: string;
  readonly durationMs: number;
}

export interface TraceContext {
  readonly type: 'X-Amzn-Trace-Id';
  readonly value: string;
  readonly spanId?: string;
}

export interface ReportMetrics {
  readonly durationMs: number;
  /** On managed instances `durationMs` stands alone. */
  readonly billedDurationMs?: number;
  readonly memorySizeMB?: number;
  readonly maxMemoryUsedMB?: number;
  readonly initDurationMs?: number;
  /** With SnapStart, of the first invocation after a restore. */
  readonly restoreDurationMs?: number;
  readonly billedRestoreDurationMs?: number;
}

/** `errorType` stands with `error` and `failure`. */
export interface Outcome {
  readonly status: Status;
  readonly errorType?: string;
}

interface InitIdentity {
  readonly initializationType: InitializationType;
  readonly phase: InitPhase;
}

/** The platform's records by their type, without the envelope's time. */
export interface PlatformRecords {
  'platform.initStart': InitIdentity & {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly instanceId?: string;
    readonly instanceMaxMemory?: number;
    readonly runtimeVersion?: string;
    readonly runtimeVersionArn?: string;
  };
  'platform.initRuntimeDone': InitIdentity & Outcome & { readonly spans?: readonly Span[] };
  'platform.initReport': InitIdentity & Outcome & { readonly metrics: { readonly durationMs: number } };
  'platform.restoreStart': {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly instanceId?: string;
    readonly instanceMaxMemory?: number;
    readonly runtimeVersion?: string;
    readonly runtimeVersionArn?: string;
  };
  'platform.restoreRuntimeDone': Outcome & { readonly spans?: readonly Span[] };
  'platform.restoreReport': Outcome & {
    readonly metrics?: { readonly durationMs: number };
    readonly spans?: readonly Span[];
  };
  'platform.start': {
    readonly requestId: string;
    readonly version?: string;
    readonly tracing?: TraceContext;
    /** With tenant isolation. */
    readonly tenantId?: string;
  };
  'platform.runtimeDone': Outcome & {
    readonly requestId: string;
    readonly metrics?: { readonly durationMs: number; readonly producedBytes?: number };
    readonly spans?: readonly Span[];
    readonly tracing?: TraceContext;
  };
  'platform.report': Outcome & {
    readonly requestId: string;
    readonly metrics: ReportMetrics;
    readonly spans?: readonly Span[];
    readonly tracing?: TraceContext;
    readonly tenantId?: string;
  };
  'platform.extension': {
    readonly name: string;
    readonly state: string;
    readonly events: readonly string[];
    readonly errorType?: string;
  };
  'platform.telemetrySubscription': {
    readonly name: string;
    readonly state: 'Subscribed';
    readonly types: readonly TelemetryType[];
  };
  'platform.logsDropped': { readonly droppedBytes: number; readonly droppedRecords: number; readonly reason: string };
}

export type PlatformType = keyof PlatformRecords;

/** A platform record whose type tells what it holds. */
export type PlatformRecord = {
  readonly [T in PlatformType]: { readonly type: T; readonly record: PlatformRecords[T] };
}[PlatformType];

/** A line of the function's log, or of an extension's. An object where the line is JSON and the log's format is JSON, too. */
export interface LogRecord<T extends 'function' | 'extension'> {
  readonly time: string;
  readonly type: T;
  readonly record: string | Readonly<Record<string, unknown>>;
}

/**
 * What a subscriber to these types gets, to be narrowed by `type`. All get `platform.logsDropped`. Lambda may add types of
 * records: pass over those that you do not know.
 */
export type RecordOf<T extends TelemetryType> =
  | EnvelopeOf<'platform.logsDropped'>
  | (T extends 'function' | 'extension' ? LogRecord<T> : T extends 'platform' ? EnvelopeOf<PlatformType> : never);

type EnvelopeOf<T extends PlatformType> = {
  readonly [P in T]: { readonly time: string; readonly type: P; readonly record: PlatformRecords[P] };
}[T];
