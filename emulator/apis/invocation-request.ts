import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import { header } from './http.ts';

/** Reads what the headers of the Invoke API say about an invocation. */
export function describeInvocation(
  request: IncomingMessage,
  kind: InvocationRequest['kind'],
  payload: Buffer,
  qualifier: string | undefined,
): InvocationRequest {
  const identity = header(request, 'x-amz-cognito-identity');
  const context = header(request, 'x-amz-client-context');
  return newInvocationRequest({
    kind,
    payload,
    wantsLogTail: header(request, 'x-amz-log-type') === 'Tail',
    trace: header(request, 'x-amzn-trace-id'),
    clientContext: context === undefined ? undefined : Buffer.from(context, 'base64').toString(),
    cognitoIdentity: identity === undefined ? undefined : jsonOf(identity),
    tenantId: header(request, 'x-amz-tenant-id'),
    durableExecutionName: header(request, 'x-amz-durable-execution-name'),
    qualifier,
  });
}

/** Adds what Lambda creates for each invocation: its id, and a trace if the caller sends none. */
export function newInvocationRequest(given: {
  kind: InvocationRequest['kind'];
  payload: Uint8Array;
  wantsLogTail?: boolean | undefined;
  trace?: string | undefined;
  clientContext?: string | undefined;
  cognitoIdentity?: string | undefined;
  tenantId?: string | undefined;
  durableExecutionName?: string | undefined;
  qualifier?: string | undefined;
}): InvocationRequest {
  const spanId = randomBytes(8).toString('hex');
  return {
    requestId: randomUUID(),
    kind: given.kind,
    payload: given.payload.length === 0 ? Buffer.from('{}') : given.payload,
    // Nobody waits for the log of an event. Its client context is not handed over: Lambda does that for callers who wait.
    wantsLogTail: given.kind !== 'Event' && (given.wantsLogTail ?? false),
    trace: given.trace ?? newTrace(),
    spanId,
    clientContext: given.kind === 'Event' ? undefined : given.clientContext,
    cognitoIdentity: given.cognitoIdentity,
    tenantId: given.tenantId,
    durableExecutionName: given.durableExecutionName,
    qualifier: given.qualifier,
  };
}

/** Lambda gets the identity from Cognito's credentials. Here the caller says it, as JSON or, like the client context, in Base64. */
function jsonOf(text: string): string {
  return text.trimStart().startsWith('{') ? text : Buffer.from(text, 'base64').toString();
}

function newTrace(): string {
  const epochSeconds = Math.floor(Date.now() / 1_000).toString(16);
  const random = randomBytes(20).toString('hex');
  return `Root=1-${epochSeconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}
