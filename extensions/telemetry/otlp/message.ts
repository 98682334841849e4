/** A message of OTLP as its JSON is parsed, nothing about it checked yet. */
export type Message = Readonly<Record<string, unknown>>;

/** Stands in the place of a record that could not be read. */
export const MALFORMED = Symbol('malformed');

/** A body that is no OTLP request; its sender has to know. */
export class MalformedOtlpError extends Error {
  readonly code = 'MALFORMED_OTLP';
}
