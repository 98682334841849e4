/** A message of OTLP in parsed JSON, not yet checked. */
export type Message = Readonly<Record<string, unknown>>;

/** Takes the place of a record that cannot be read. */
export const MALFORMED = Symbol('malformed');

/** The body is not an OTLP request. The sender gets this message. */
export class MalformedOtlpError extends Error {
  readonly code = 'MALFORMED_OTLP';
}

/** The request has more messages and numbers than an SDK sends, and would take seconds. */
export class TooManyPartsError extends Error {
  readonly code = 'TOO_MANY_PARTS';
}

/** 4 MiB of lines with attributes have some 200,000. */
export const MOST_PARTS = 300_000;
export const TOO_MANY_PARTS = `the limit of a request is ${MOST_PARTS} messages and numbers: send smaller batches`;
/** Of a request. SDKs send some hundreds. */
export const MOST_RECORDS = 50_000;
