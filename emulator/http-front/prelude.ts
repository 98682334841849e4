/** How long a prelude may be; a stream without one must not fill the memory. */
const LONGEST_BYTES = 1_048_576;
const MARK = Buffer.alloc(8);

/** The start of a stream: still unknown, or the prelude as text and the first bytes of the body, or a stream without a prelude. */
export type Start =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'found'; readonly prelude: string; readonly rest: Uint8Array }
  | { readonly kind: 'none' };

/** Finds what `HttpResponseStream` writes first: JSON, then eight NUL bytes. It may come in any parts. */
export function preludeReader(): (chunk: Uint8Array) => Start {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    const end = held.indexOf(MARK);
    if (end >= 0) {
      return { kind: 'found', prelude: held.toString('utf8', 0, end), rest: held.subarray(end + MARK.length) };
    }
    return { kind: held.length > LONGEST_BYTES ? 'none' : 'unknown' };
  };
}
