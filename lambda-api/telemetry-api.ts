/**
 * Telemetry API, version 2022-07-01.
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
 */
export const telemetryApi = { subscribe: '/2022-07-01/telemetry' } as const;

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
