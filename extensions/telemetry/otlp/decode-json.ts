import { parseKeepingDigits } from '../../../foundation/exact-json.ts';
import type { Signal } from '../items/item.ts';
import { MalformedOtlpError } from './message.ts';
import { type Decoded, toItems } from './to-items.ts';

/**
 * Reads an OTLP export request in JSON. A record that cannot be read is counted; the others are kept.
 * @param nowMs the time of records without one.
 * @throws MalformedOtlpError if it is not such a request.
 */
export function decodeJson(signal: Signal, text: string, nowMs: number): Decoded {
  return toItems(signal, parse(text), nowMs);
}

function parse(text: string): unknown {
  try {
    return parseKeepingDigits(text);
  } catch {
    // V8's message would quote the text, which may hold secrets.
    throw new MalformedOtlpError('not JSON');
  }
}
