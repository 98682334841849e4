/** A value of JSON as text. `String` would throw for `{"toString":1}`. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
