/** A line of the function's own console, so that it has the format of its other lines. */
export function say(level: 'WARN' | 'ERROR', message: string): void {
  const line = `[snapstart] ${level} ${message}`;
  // biome-ignore lint/suspicious/noConsole: it is the console of the function
  if (level === 'ERROR') console.error(line);
  // biome-ignore lint/suspicious/noConsole: the same
  else console.warn(line);
}

/** Of an error its stack, of anything else its text. */
export function stackOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.stack) : textOf(thrown);
  } catch {
    return textOf(thrown);
  }
}

/** What a hook threw, which may be anything, also what no text can be made of. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return typeof thrown;
  }
}
