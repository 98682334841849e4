import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeEvent, invokeComplete, payloadChunk } from './event-stream.ts';

/** AWS's own, as the SDK reads a streamed response with it. It checks lengths and both checksums. */
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

function read(message: Uint8Array) {
  const { headers, body } = codec.decode(message);
  const values = Object.entries(headers).map(([name, { type, value }]) => {
    expect(type).toBe('string');
    return [name, value];
  });
  return { headers: Object.fromEntries(values), body: Buffer.from(body) };
}

it("frames any headers and payload so that AWS's decoder reads them", () => {
  const headerName = fc.stringMatching(/^[:a-z][a-z-]{0,20}$/);
  const headers = fc.dictionary(headerName, fc.string({ maxLength: 30 }), { noNullPrototype: true });
  fc.assert(
    fc.property(headers, fc.uint8Array(), (headers, payload) => {
      expect(read(encodeEvent(headers, payload))).toEqual({ headers, body: Buffer.from(payload) });
    }),
  );
});

it('sends a part of the response as bytes', () => {
  expect(read(payloadChunk(Buffer.from('part')))).toEqual({
    headers: {
      ':event-type': 'PayloadChunk',
      ':content-type': 'application/octet-stream',
      ':message-type': 'event',
    },
    body: Buffer.from('part'),
  });
});

it('ends a stream with a JSON event', () => {
  const { headers, body } = read(invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: '{}' }));

  expect(headers).toEqual({
    ':event-type': 'InvokeComplete',
    ':content-type': 'application/json',
    ':message-type': 'event',
  });
  expect(body.toString()).toBe('{"ErrorCode":"Unhandled","ErrorDetails":"{}"}');
});
