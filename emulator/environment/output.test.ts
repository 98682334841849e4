import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, frameReader, lineReader } from './output.ts';

/** The same bytes in chunks that end anywhere, also within a character. */
function inChunks(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let rest = bytes;
  for (let index = 0; rest.length > 0; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return chunks;
}

const someSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
const text = fc.string({ unit: 'grapheme', maxLength: 50 });
const line = text.filter((value) => !/[\r\n]/.test(value));

describe('lines', () => {
  it('come out as they went in, whatever the chunks are', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), someSizes, (lines, sizes) => {
        const read: string[] = [];
        const reader = lineReader((one) => read.push(one));

        for (const chunk of inChunks(Buffer.from(`${lines.join('\n')}\n`), sizes)) reader.push(chunk);
        reader.end();

        expect(read).toEqual(lines);
      }),
    );
  });

  it('need no end at the end of the stream, and may end as on Windows', () => {
    const read: string[] = [];
    const reader = lineReader((one) => read.push(one));

    reader.push(Buffer.from('one\r\ntwo'));
    reader.end();

    expect(read).toEqual(['one', 'two']);
  });

  it('are cut when they do not end, so that they cannot fill the memory', () => {
    const read: string[] = [];
    const reader = lineReader((one) => read.push(one));

    for (let index = 0; index < 10; index += 1) reader.push(Buffer.alloc(100_000, 'x'));
    reader.end();

    expect(read.map(({ length }) => length)).toEqual([262_144, 262_144, 262_144, 213_568]);
  });
});

describe('frames', () => {
  it('come out as they went in, lines within them too', () => {
    fc.assert(
      fc.property(fc.array(text), someSizes, (messages, sizes) => {
        const read: string[] = [];
        const reader = frameReader((message) => read.push(message));
        const bytes = Buffer.concat(messages.map((message) => encodeFrame(`${message}\n`, 1_700_000_000_000)));

        for (const chunk of inChunks(bytes, sizes)) reader.push(chunk);

        expect(read).toEqual(messages);
      }),
    );
  });

  it('have a header of type, length and microseconds', () => {
    const frame = encodeFrame('hi', 1_700_000_000_000);

    expect(frame.readUInt32BE(0)).toBe(0xa55a0003);
    expect(frame.readUInt32BE(4)).toBe(2);
    expect(frame.readBigUInt64BE(8)).toBe(1_700_000_000_000_000n);
    expect(frame.subarray(16).toString()).toBe('hi');
  });

  it('are found again after bytes that are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), text, (noise, message) => {
        fc.pre(!Buffer.from(noise).includes(0xa5));
        const read: string[] = [];
        const reader = frameReader((one) => read.push(one));

        reader.push(Buffer.concat([noise, encodeFrame(`${message}\n`, 0), Buffer.alloc(16)]));

        expect(read).toEqual([message]);
      }),
    );
  });
});
