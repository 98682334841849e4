import type { Log } from '../../sdk/index.ts';
import type { Signal } from '../items/item.ts';
import type { Route } from './route.ts';
import { isOriginWanted } from './wanted-origin.ts';

export interface WantedTelemetry {
  readonly metrics: boolean;
  /** The spans that Lambda's records give. */
  readonly invocationSpans: boolean;
  /** What SDKs in the function send. */
  readonly otlp: boolean;
}

/** What the routes and the destinations together take. */
export function wantedTelemetry(
  routes: readonly Route[],
  destinations: readonly { readonly signals: ReadonlySet<Signal> }[],
): WantedTelemetry {
  const isTaken = (signal: Signal) => destinations.some(({ signals }) => signals.has(signal));
  return {
    metrics: isTaken('metrics'),
    invocationSpans: isTaken('traces') && isOriginWanted(routes, 'platform', ['traces']),
    otlp: isOriginWanted(routes, 'otlp'),
  };
}

/** A delivery costs CPU time, also when no route sends its records on. */
export function noticeUnwantedTypes(routes: readonly Route[], types: readonly string[], log: Pick<Log, 'info'>): void {
  for (const type of ['function', 'extension'] as const) {
    if (!types.includes(type) || isOriginWanted(routes, type)) continue;
    log.info(
      `No route sends what ${type}s log, so all of it is dropped. Remove "${type}" from TELEMETRY_TYPES to save the deliveries.`,
    );
  }
}
