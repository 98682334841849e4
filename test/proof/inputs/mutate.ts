import fc from 'fast-check';
import { hostileText } from './hostile-text.ts';

/** Real texts with pieces removed, repeated, replaced, or taken from another one. */
export function mutatedText(samples: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.constantFrom(...samples), fc.array(change(hostileText), { maxLength: 4 }))
    .map(([sample, other, changes]) =>
      changes.reduce((text, { kind, from, length, piece }) => {
        const at = text.length === 0 ? 0 : from % (text.length + 1);
        const end = Math.min(text.length, at + length);
        return text.slice(0, at) + inserted(kind, text.slice(at, end), piece, other.slice(at)) + text.slice(end);
      }, sample),
    );
}

export function mutatedBytes(samples: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const piece = fc.uint8Array({ maxLength: 12 });
  return fc
    .tuple(fc.constantFrom(...samples), fc.constantFrom(...samples), fc.array(change(piece), { maxLength: 4 }))
    .map(([sample, other, changes]) =>
      changes.reduce((bytes, { kind, from, length, piece }) => {
        const at = bytes.length === 0 ? 0 : from % (bytes.length + 1);
        const end = Math.min(bytes.length, at + length);
        const own = bytes.subarray(at, end);
        const parts =
          kind === 'repeat' ? Array.from({ length: 9 }, () => own) : [inserted(kind, own, piece, other.subarray(at))];
        return new Uint8Array(Buffer.concat([bytes.subarray(0, at), ...parts, bytes.subarray(end)]));
      }, sample),
    );
}

interface Change<T> {
  readonly kind: 'remove' | 'repeat' | 'replace' | 'insert' | 'splice';
  readonly from: number;
  readonly length: number;
  readonly piece: T;
}

function change<T>(piece: fc.Arbitrary<T>): fc.Arbitrary<Change<T>> {
  const kind = fc.constantFrom('remove', 'repeat', 'replace', 'insert', 'splice');
  return fc.record({ kind, from: fc.nat(), length: fc.nat(24), piece });
}

function inserted<T extends string | Uint8Array>(kind: Change<T>['kind'], own: T, piece: T, other: T): T {
  switch (kind) {
    case 'remove':
      return own.slice(0, 0) as T;
    case 'repeat':
      return (typeof own === 'string' ? own.repeat(9) : own) as T;
    case 'replace':
      return piece;
    case 'insert':
      return (typeof own === 'string' ? own + piece : Buffer.concat([own, piece as Uint8Array])) as T;
    case 'splice':
      return other;
    default:
      return kind satisfies never;
  }
}
