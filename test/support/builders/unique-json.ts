/** An object in JSON without blanks, whose parser must not have dropped a key that occurs twice: then it would be longer. */
export function uniqueJson(text: string): Record<string, Record<string, unknown>> {
  const parsed: unknown = JSON.parse(text);
  const again = JSON.stringify(parsed);
  if (again.length !== text.length)
    throw new Error(`A key occurs twice, or a number is written in another way: ${text}`);
  return parsed as Record<string, Record<string, unknown>>;
}
