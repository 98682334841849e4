import type { JsonObject } from '../items/log-line.ts';

/** Whether an id is that of an invocation of this environment. */
export type IsInvocation = (requestId: string) => boolean;

/**
 * The request id that a logger's object names: only one of an invocation counts, since `requestId` may as well be the id of an HTTP
 * request. Names that nobody but AWS uses come first.
 */
export function requestIdIn(object: JsonObject, isInvocation: IsInvocation): string | undefined {
  for (const name of NAMES) {
    const value = object[name];
    if (typeof value === 'string' && hasForm(value) && isInvocation(value)) return value;
  }
  return undefined;
}

function hasForm(value: string): boolean {
  return value.length === REQUEST_ID_LENGTH && value[8] === '-' && value[23] === '-';
}

const NAMES = [
  'awsRequestId',
  'function_request_id',
  'faas.invocation_id',
  'aws_request_id',
  'AWSRequestId',
  'requestId',
] as const;
const REQUEST_ID_LENGTH = 36;
