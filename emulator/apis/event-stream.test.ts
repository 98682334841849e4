import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeEvent, invokeComplete } from './event-stream.ts';

it('frames any headers and payload so that lengths and both checksums hold', () => {
  const headerName = fc.stringMatching(/^[:a-z][a-z-]{0,20}$/);
  fc.assert(
    fc.property(fc.dictionary(headerName, fc.string({ maxLength: 30 })), fc.uint8Array(), (headers, payload) => {
      const message = encodeEvent(headers, payload);

      const headersEnd = 12 + message.readUInt32BE(4);
      const read: Record<string, string> = {};
      for (let at = 12; at < headersEnd; ) {
        const nameEnd = at + 1 + message.readUInt8(at);
        expect(message.readUInt8(nameEnd)).toBe(7);
        const valueEnd = nameEnd + 3 + message.readUInt16BE(nameEnd + 1);
        read[message.toString('utf8', at + 1, nameEnd)] = message.toString('utf8', nameEnd + 3, valueEnd);
        at = valueEnd;
      }
      expect(message.readUInt32BE(0)).toBe(message.length);
      expect(message.readUInt32BE(8)).toBe(crc32(message.subarray(0, 8)));
      expect(message.readUInt32BE(message.length - 4)).toBe(crc32(message.subarray(0, -4)));
      expect({ ...read }).toEqual({ ...headers });
      expect(Buffer.from(payload).equals(message.subarray(headersEnd, -4))).toBe(true);
    }),
  );
});

it('ends a stream with a JSON event', () => {
  const message = invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: '{}' });

  expect(message.toString()).toContain('InvokeComplete');
  expect(message.toString()).toContain('{"ErrorCode":"Unhandled","ErrorDetails":"{}"}');
});
