export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** AWS stores no empty values, but a local file may have some. */
export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
