/** What a module exports by default. A CommonJS module that was imported as ESM carries it one level deeper. */
export function defaultExport(module: unknown): unknown {
  return unwrap(unwrap(module));
}

function unwrap(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : value;
}
