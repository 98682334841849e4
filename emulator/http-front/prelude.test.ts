import fc from 'fast-check';
import { expect, it } from 'vitest';
import { preludeReader, type Start } from './prelude.ts';

/** Passes the parts on until the start is known; returns it with all that comes after. */
function read(parts: readonly Uint8Array[]): { start: Start; body: Buffer } {
  const next = preludeReader();
  let start: Start = { kind: 'unknown' };
  const body: Uint8Array[] = [];
  for (const part of parts) {
    if (start.kind !== 'unknown') body.push(part);
    else start = next(part);
    if (start.kind === 'found' && body.length === 0) body.push(start.rest);
  }
  return { start, body: Buffer.concat(body) };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

it('finds the prelude and the body, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.uint8Array({ maxLength: 64 }),
      fc.array(fc.integer({ min: 0, max: 1_000 })),
      (text, body, cuts) => {
        const prelude = JSON.stringify({ headers: { a: text } });
        const bytes = Buffer.concat([Buffer.from(prelude), Buffer.alloc(8), body]);

        const found = read(cut(bytes, cuts));

        expect(found.start).toMatchObject({ kind: 'found', prelude });
        expect(found.body.equals(Buffer.from(body))).toBe(true);
      },
    ),
  );
});

it('gives up on a stream that has none', () => {
  expect(read([Buffer.alloc(1_048_577, 'x')]).start).toEqual({ kind: 'none' });
});
