/** Copies a text that was cut out of a longer one: V8 would keep the longer one alive with it. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
