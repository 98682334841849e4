import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Signal } from '../items/item.ts';
import { MalformedOtlpError } from './message.ts';
import { REQUESTS } from './messages.ts';
import { readMessage } from './read-message.ts';
import { type Decoded, toItems } from './to-items.ts';

/**
 * Reads an OTLP export request. A record that cannot be read is counted; the others are kept.
 * @param nowMs the time of records without one.
 * @throws MalformedOtlpError if it is not such a request.
 */
export function decodeProtobuf(signal: Signal, bytes: Uint8Array, nowMs: number): Decoded {
  return toItems(signal, read(signal, bytes), nowMs);
}

function read(signal: Signal, bytes: Uint8Array): unknown {
  try {
    return readMessage(new BinaryReader(bytes), bytes.length, REQUESTS[signal]);
  } catch (cause) {
    throw new MalformedOtlpError('not a message of OTLP in protobuf', { cause });
  }
}
