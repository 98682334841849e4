import { expect, it } from 'vitest';
import { decodeText } from './read-text.ts';

it.each([
  ['UTF-8', Buffer.from('{"ä":1}')],
  ['UTF-8 with a byte order mark', Buffer.from('\uFEFF{"ä":1}')],
  ['UTF-16LE with a byte order mark', Buffer.from('\uFEFF{"ä":1}', 'utf16le')],
  ['UTF-16BE with a byte order mark', Buffer.from('\uFEFF{"ä":1}', 'utf16le').swap16()],
])('reads %s', (_name, bytes) => {
  expect(decodeText(bytes)).toBe('{"ä":1}');
});

it.each([[[]], [[0xef]], [[0xff]], [[0xef, 0xbb, 0xbf]]])('reads short files: %j', (bytes) => {
  expect(decodeText(Uint8Array.from(bytes))).toBe(Buffer.from(bytes).toString().replace('\uFEFF', ''));
});
