/**
 * Parses a file that may hold secrets.
 * @throws Error that says where the text does not parse, but does not quote it as `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [where = ''] = /at position \d+( \(line \d+ column \d+\))?/.exec((error as SyntaxError).message) ?? [];
    throw new Error(`it is not valid JSON ${where}`.trim());
  }
}
