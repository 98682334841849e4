import type { Signal } from '../items/item.ts';
import { MalformedOtlpError, TooManyPartsError } from './message.ts';
import { REQUESTS } from './messages.ts';
import { CountingReader, readMessage } from './read-message.ts';
import { type Decoded, toItems } from './to-items.ts';

/**
 * Reads an OTLP export request. A record that cannot be read is counted; the others are kept.
 * @param nowMs the time of records without one.
 * @throws MalformedOtlpError if it is not such a request, TooManyPartsError if it has too many messages and numbers.
 */
export function decodeProtobuf(signal: Signal, bytes: Uint8Array, nowMs: number): Decoded {
  return toItems(signal, read(signal, bytes), nowMs);
}

function read(signal: Signal, bytes: Uint8Array): unknown {
  try {
    return readMessage(new CountingReader(bytes), bytes.length, REQUESTS[signal]);
  } catch (cause) {
    if (cause instanceof TooManyPartsError) throw cause;
    throw new MalformedOtlpError('not a message of OTLP in protobuf', { cause });
  }
}
