import { crc32 } from 'node:zlib';
import { expect } from 'vitest';

/** Reads `application/vnd.amazon.eventstream` as a client does, checksums included. */
export function decodeEventStream(bytes: Buffer): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (let at = 0; at < bytes.length; ) {
    const message = bytes.subarray(at, at + bytes.readUInt32BE(at));
    expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
    expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
    const headersEnd = 12 + message.readUInt32BE(4);
    const headers: Record<string, string> = {};
    for (let position = 12; position < headersEnd; ) {
      const nameEnd = position + 1 + message.readUInt8(position);
      const valueStart = nameEnd + 3;
      const valueEnd = valueStart + message.readUInt16BE(nameEnd + 1);
      headers[message.toString('utf8', position + 1, nameEnd)] = message.toString('utf8', valueStart, valueEnd);
      position = valueEnd;
    }
    events.push({ headers, payload: message.subarray(headersEnd, -4) });
    at += message.length;
  }
  return events;
}

interface StreamEvent {
  readonly headers: Record<string, string>;
  readonly payload: Buffer;
}
