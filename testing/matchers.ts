import { AssertionError } from 'node:assert';

/** What an emulator or a started extension has written. */
export interface WithLines {
  readonly lines: readonly { readonly text: string; readonly source?: string }[];
}

/** Whether a line matches, or contains a text. */
export function hasLine({ lines }: WithLines, expected: RegExp | string): boolean {
  return lines.some(({ text }) =>
    typeof expected === 'string' ? text.includes(expected) : text.search(expected) >= 0,
  );
}

/** @throws AssertionError with all lines if none matches. */
export function assertLine(written: WithLines, expected: RegExp | string): void {
  if (!hasLine(written, expected)) fail(written, `No line has ${expected}`, expected, assertLine);
}

/** @throws AssertionError with all lines if one matches. */
export function assertNoLine(written: WithLines, unexpected: RegExp | string): void {
  if (hasLine(written, unexpected)) fail(written, `A line has ${unexpected}`, undefined, assertNoLine);
}

/** @throws AssertionError with the hints if the emulator has found a mistake of the function or of an extension. */
export function assertNoHints({ lines }: WithLines): void {
  const hints = lines.filter(({ source }) => source === 'hint');
  if (hints.length > 0) fail({ lines: hints }, 'The emulator hints at mistakes', undefined, assertNoHints);
}

function fail({ lines }: WithLines, what: string, expected: unknown, stackStartFn: (...all: never[]) => void): never {
  const written = lines.map(({ text }) => `  ${text}`).join('\n');
  throw new AssertionError({
    message: lines.length === 0 ? `${what}: nothing was written.` : `${what}:\n${written}`,
    actual: lines.map(({ text }) => text),
    expected,
    operator: stackStartFn.name,
    stackStartFn: stackStartFn as () => void,
  });
}
