/** How often a character of ASCII is in a body; stops counting beyond `most`. What V8 needs to parse a body depends on its braces. */
export function countOf(body: Buffer, character: string, most: number): number {
  const code = character.charCodeAt(0);
  let count = 0;
  for (let at = body.indexOf(code); at !== -1 && count <= most; at = body.indexOf(code, at + 1)) count++;
  return count;
}
