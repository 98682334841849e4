import type { InvocationRequest } from '../environment/events-and-effects.ts';
import type { Reply } from '../environment/state.ts';

/**
 * What Lambda sends to the destination on failure.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface FailedEvent {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetriesExhausted';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError: string | undefined;
  };
  readonly responsePayload: unknown;
}

export function failedEvent(
  request: InvocationRequest,
  attempts: number,
  reply: Reply,
  {
    clock,
    functionArn,
    functionVersion,
  }: { clock: { wallMs(): number }; functionArn: string; functionVersion: string },
): FailedEvent {
  return {
    version: '1.0',
    timestamp: new Date(clock.wallMs()).toISOString(),
    requestContext: {
      requestId: request.requestId,
      functionArn: `${functionArn}:${request.qualifier ?? '$LATEST'}`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: parsed(request.payload),
    responseContext: {
      statusCode: reply.status,
      executedVersion: functionVersion,
      functionError: reply.headers['x-amz-function-error'],
    },
    responsePayload: parsed(reply.body),
  };
}

function parsed(body: string | Uint8Array): unknown {
  const text = Buffer.from(body).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
