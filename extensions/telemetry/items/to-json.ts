import type { Attributes, Origin, Value } from './item.ts';

/** JSON of what an item holds. Bytes become base64, whole numbers beyond 2^53 texts; only OTLP brings these. */
export function toJson(value: Value | Attributes, origin: Origin): string {
  return origin === 'otlp' ? JSON.stringify(value, withoutBytesAndBigints) : JSON.stringify(value);
}

/** For vendors that take texts only. */
export function toText(value: Value, origin: Origin): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : toJson(value, origin);
}

function withoutBytesAndBigints(this: Record<string, unknown>, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  // Not `value`, for which a Buffer has been asked already what it looks like.
  const raw = this[key];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('base64') : value;
}
