/**
 * Answers of AWS's JSON protocol, made of the bodies that are in memory, which are in the format of AWS's extension: without
 * null, and with points in time in epoch seconds.
 */

export function secretAnswer(body: string): string {
  return JSON.stringify(awsFields(JSON.parse(body)));
}

export function parameterAnswer(body: string): string {
  return JSON.stringify({ Parameter: awsFields(JSON.parse(body).Parameter) });
}

/** All on one page. */
export function pathAnswer(body: string): string {
  return JSON.stringify({ Parameters: JSON.parse(body).Parameters.map(awsFields) });
}

export interface Outcome {
  /** As the caller spells it. */
  readonly id: string;
  /** Undefined where it could not be read. */
  readonly body: string | undefined;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

export function secretsAnswer(outcomes: readonly Outcome[]): string {
  return JSON.stringify({
    SecretValues: outcomes.flatMap(({ body }) => (body === undefined ? [] : [awsFields(JSON.parse(body))])),
    Errors: outcomes.flatMap(({ id, failure }) =>
      failure === undefined ? [] : [{ SecretId: id, ErrorCode: failure.code, Message: failure.message }],
    ),
  });
}

/** What could not be read does not exist. */
export function parametersAnswer(outcomes: readonly Outcome[]): string {
  return JSON.stringify({
    Parameters: outcomes.flatMap(({ body }) => (body === undefined ? [] : [awsFields(JSON.parse(body).Parameter)])),
    InvalidParameters: outcomes.flatMap(({ id, body }) => (body === undefined ? [id] : [])),
  });
}

export function errorAnswer(code: string, message: string): string {
  return JSON.stringify({ __type: code, message });
}

function awsFields({ ResultMetadata, ...fields }: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(fields).filter(([name, value]) => value !== null && !(name === 'Type' && value === ''));
  return Object.fromEntries(
    given.map(([name, value]) => [name, TIMES.has(name) ? Date.parse(String(value)) / 1_000 : value]),
  );
}

const TIMES = new Set(['CreatedDate', 'LastModifiedDate']);
