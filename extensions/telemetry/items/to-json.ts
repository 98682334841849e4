import type { Attributes, Origin, Value } from './item.ts';

/** The JSON of a value. Bytes become base64, and integers beyond 2^53 become texts; both come only from OTLP. */
export function toJson(value: Value | Attributes, origin: Origin): string {
  return origin === 'otlp' ? JSON.stringify(value, withoutBytesAndBigints) : JSON.stringify(value);
}

/** For vendors that accept only texts. */
export function toText(value: Value, origin: Origin): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : toJson(value, origin);
}

function withoutBytesAndBigints(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  // Not `value`: a Buffer's `toJSON` has already run on that.
  const raw = this[key];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value;
}
