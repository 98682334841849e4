import type { Signal } from '../items/item.ts';
import { MalformedOtlpError } from './message.ts';
import { type Decoded, toItems } from './to-items.ts';

/**
 * Reads an OTLP export request in JSON. A record that cannot be read is counted; the others are kept.
 * @param nowMs the time of what does not say its own.
 * @throws MalformedOtlpError when it is no such request.
 */
export function decodeJson(signal: Signal, text: string, nowMs: number): Decoded {
  return toItems(signal, parse(text), nowMs);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's message quotes the text, which may hold what nobody should see.
    throw new MalformedOtlpError('not JSON');
  }
}
