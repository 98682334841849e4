/** A JSON value as text. `String` throws for `{"toString":1}`. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
