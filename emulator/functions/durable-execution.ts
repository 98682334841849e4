import { randomUUID } from 'node:crypto';
import { nameLimits } from '../../lambda-api/limits.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';

export const EXECUTION_ARN_HEADER = 'x-amz-durable-execution-arn';

const { pattern, longest } = nameLimits.durableExecutionName;
const VALID = new RegExp(`^${pattern}$`);

/** The execution that an invocation begins, if the function is durable. */
export function beginExecution(
  name: string | undefined,
  { durable, functionArn, functionVersion }: DurableDescription,
): { readonly executionArn?: string; readonly refused?: Reply } {
  if (!durable) return name === undefined ? {} : { refused: invalid(NOT_DURABLE) };
  const id = randomUUID();
  const named = name ?? id;
  if (named.length > longest || !VALID.test(named)) return { refused: invalid(wrongName(named)) };
  return { executionArn: `${functionArn}:${functionVersion}/durable-execution/${named}/${id}` };
}

interface DurableDescription {
  readonly durable: boolean;
  readonly functionArn: string;
  readonly functionVersion: string;
}

function invalid(message: string): Reply {
  return serviceError(400, 'InvalidParameterValueException', message);
}

function wrongName(name: string): string {
  return `DurableExecutionName is "${name}": expected 1 to ${longest} characters that match ${pattern}.`;
}

const NOT_DURABLE = 'DurableExecutionName is given, but the function is not durable.';
