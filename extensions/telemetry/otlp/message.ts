/** A message of OTLP in parsed JSON, not yet checked. */
export type Message = Readonly<Record<string, unknown>>;

/** Takes the place of a record that cannot be read. */
export const MALFORMED = Symbol('malformed');

/** The body is not an OTLP request. The sender gets this message. */
export class MalformedOtlpError extends Error {
  readonly code = 'MALFORMED_OTLP';
}
