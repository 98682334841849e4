/** What travels through the pipeline: a log line, a metric or a span. */
export type Item = LogItem | MetricItem | SpanItem;
export type Signal = Item['signal'];

/** Who made it. `platform` is Lambda itself, `otlp` an OpenTelemetry SDK in the function. */
export type Origin = 'function' | 'extension' | 'platform' | 'otlp';

interface Common {
  readonly origin: Origin;
  /** Many items share one source object, so that they can be grouped by identity. */
  readonly source: Source;
  /** The telemetry record's type, e.g. `platform.report` or `function`. */
  readonly type: string;
  /** When it happened, in milliseconds since the epoch: the start of a span, the end of a metric's period. */
  timeMs: number;
  /** The invocation it belongs to, if known. */
  requestId?: string | undefined;
  /** Number of the delivery that must be kept until the item has left; undefined if no delivery of Lambda's is kept for it. */
  delivery?: number | undefined;
  attributes: Attributes;
}

export interface LogItem extends Common {
  readonly signal: 'logs';
  /** As the line has it, e.g. `WARN`. */
  level?: string | undefined;
  /** OpenTelemetry's number: 1 TRACE, 5 DEBUG, 9 INFO, 13 WARN, 17 ERROR, 21 FATAL; 0 if the line has none. */
  severity: number;
  /** The message; for a JSON line without a message, the whole value. */
  body: Value;
  /** How much memory the attributes take, and a body that is no text. Undefined if nobody has counted it, or they have changed since. */
  fieldBytes?: number | undefined;
  /** How much V8 keeps alive with the body: the rest of the text that it was cut out of. */
  cutLength?: number | undefined;
  traceId?: string | undefined;
  spanId?: string | undefined;
  /** Only from OTLP. */
  otlp?: { timeNs?: bigint; observedNs?: bigint; flags?: number; eventName?: string; droppedAttributes?: number };
}

export interface MetricItem extends Common {
  readonly signal: 'metrics';
  readonly name: string;
  readonly description?: string;
  /** UCUM: `ms`, `By`, `1`, `{invocation}`, `%` */
  readonly unit: string;
  readonly data: MetricData;
  /** The start of the period. */
  readonly startMs?: number;
  readonly otlp?: { timeNs?: bigint; startNs?: bigint; flags?: number; exemplars?: readonly Exemplar[] };
}

export type Temporality = 'delta' | 'cumulative';

export type MetricData =
  | { readonly kind: 'gauge'; readonly value: number | bigint }
  | {
      readonly kind: 'sum';
      readonly value: number | bigint;
      readonly isMonotonic: boolean;
      readonly temporality: Temporality;
    }
  | {
      readonly kind: 'histogram';
      readonly temporality: Temporality;
      readonly count: number;
      readonly sum?: number;
      readonly min?: number;
      readonly max?: number;
      readonly bounds: readonly number[];
      /** One more than `bounds`. */
      readonly counts: readonly number[];
    }
  | {
      readonly kind: 'exponential-histogram';
      readonly temporality: Temporality;
      readonly count: number;
      readonly sum?: number;
      readonly min?: number;
      readonly max?: number;
      readonly scale: number;
      readonly zeroCount: number;
      readonly zeroThreshold?: number;
      readonly positive: Buckets;
      readonly negative: Buckets;
    }
  | {
      readonly kind: 'summary';
      readonly count: number;
      readonly sum: number;
      readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
    };

export interface Buckets {
  readonly offset: number;
  readonly counts: readonly number[];
}

export interface Exemplar {
  readonly timeNs: bigint;
  readonly value: number | bigint;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: Attributes;
}

export interface SpanItem extends Common {
  readonly signal: 'traces';
  /** 32 and 16 hex digits, lower case. */
  readonly traceId: string;
  readonly spanId: string;
  parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  readonly endMs: number;
  readonly status: { readonly code: 'unset' | 'ok' | 'error'; readonly message?: string };
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly otlp?: {
    startNs?: bigint;
    endNs?: bigint;
    traceState?: string;
    flags?: number;
    droppedAttributes?: number;
    droppedEvents?: number;
    droppedLinks?: number;
  };
}

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanEvent {
  readonly name: string;
  readonly timeMs: number;
  readonly timeNs?: bigint;
  readonly attributes: Attributes;
  readonly droppedAttributes?: number;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly attributes: Attributes;
  readonly droppedAttributes?: number;
}

/** OpenTelemetry's resource and instrumentation scope. */
export interface Source {
  readonly resource: Attributes;
  readonly resourceSchemaUrl?: string;
  readonly scope: { readonly name: string; readonly version?: string; readonly attributes?: Attributes };
  readonly scopeSchemaUrl?: string;
}

export type Attributes = Readonly<Record<string, Value>>;

/** A value in OTLP: JSON plus bytes and integers beyond 2^53. */
export type Value =
  | string
  | number
  | boolean
  | bigint
  | null
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value };
