import type { Item, SpanItem, SpanKind, Temporality } from '../items/item.ts';

/** OTLP's enumerations: the index of a word is its number. */
export const SPAN_KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
export const STATUS_CODES: readonly SpanItem['status']['code'][] = ['unset', 'ok', 'error'];
export const TEMPORALITIES: readonly (Temporality | 'unspecified')[] = ['unspecified', 'delta', 'cumulative'];

/** Decoders in other languages stop at about 100 nested messages, three of which make one level of a value. */
export const DEEPEST = 24;
export const TOO_DEEP = '[nested too deeply]';

/** The telemetry record's type, as an attribute. An SDK's items have no type. */
export function typeOf({ origin, type, attributes }: Item): string | undefined {
  return origin === 'otlp' || Object.hasOwn(attributes, 'type') ? undefined : type;
}

/** The invocation, as an attribute, unless the item already has that attribute. */
export function requestIdOf({ requestId, attributes }: Item): string | undefined {
  return requestId === undefined || Object.hasOwn(attributes, 'faas.invocation_id') ? undefined : requestId;
}

/** Whether a number is sent as an OTLP integer. JavaScript cannot distinguish 1.0 from 1, so 1.0 is one as well. */
export function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}
