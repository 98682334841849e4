/**
 * Does the work without spans: what OpenTelemetry's `suppressTracing` does, by the object that all copies of its API share.
 * https://opentelemetry.io/docs/specs/otel/library-guidelines/
 */
export function withoutSpans<T>(work: () => T): T {
  const { context } = (globalThis as OpenTelemetryApi)[API] ?? {};
  return context === undefined ? work() : context.with(context.active().setValue(SUPPRESSED, true), work);
}

const API = Symbol.for('opentelemetry.js.api.1');
const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

interface OpenTelemetryApi {
  readonly [API]?: { readonly context?: ContextManager };
}

interface Context {
  setValue(key: symbol, value: unknown): Context;
}

interface ContextManager {
  active(): Context;
  with<T>(context: Context, work: () => T): T;
}
