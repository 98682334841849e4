/**
 * A setting that becomes the value of a header. Blanks around it go. Throws if HTTP allows it nowhere, e.g. because of a zero-width
 * space that came with copying: else each request would fail as if the vendor were down. Never quotes the value.
 */
export function headerText(value: string, variable: string): string {
  const trimmed = value.trim();
  const at = trimmed.search(NOT_ALLOWED);
  if (at === -1) return trimmed;
  const code = trimmed.codePointAt(at)?.toString(16).toUpperCase().padStart(4, '0');
  throw new Error(
    `${variable} has a character that no HTTP header may hold: U+${code}, after ${at} others. Copy the value again`,
  );
}

const NOT_ALLOWED = /[^\t\x20-\x7e\x80-\xff]/;
