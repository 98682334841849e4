import { describe, expect, it } from 'vitest';
import { advice, sizeOf, violations } from './limits.ts';

const MB = 1024 * 1024;
const LAYER = { file: 'a.zip', zippedBytes: 50 * MB, unpackedBytes: 250 * MB, extensions: 10 };

describe('a layer', () => {
  it('may be as large as Lambda says, and no larger', () => {
    expect(violations(LAYER)).toEqual([]);
    expect(violations({ ...LAYER, unpackedBytes: 250 * MB + 1 })).toEqual([
      'a.zip has 262,144,001 bytes unpacked, and Lambda takes 250 MB at most, for the function and all its layers together. Leave packages out of the extension, or ship it in an image.',
    ]);
  });

  it('may have ten extensions, and no more', () => {
    expect(violations({ ...LAYER, extensions: 11 })).toEqual([
      'a.zip has 11 extensions, and Lambda starts 10 at most. Build them as modules: one host runs them all, and counts as one.',
    ]);
  });

  it('is published from S3 where it is too large to upload', () => {
    expect(advice(LAYER)).toEqual([]);
    expect(advice({ ...LAYER, zippedBytes: 51 * MB })).toEqual([
      'a.zip has 51 MB, so publish it from S3: Lambda takes 50 MB at most directly.',
    ]);
  });
});

it.each([
  [0, '0.0 KB'],
  [1_536, '1.5 KB'],
  [MB, '1.0 MB'],
  [26 * MB, '26 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeOf(bytes)).toBe(text);
});
