import type { ExtensionEventType } from '../../lambda-api/extensions-api.ts';
import type { Invocation, Reply, RuntimeState } from './state.ts';

export const JSON_TYPE = { 'content-type': 'application/json' } as const;

export const accepted: Reply = { status: 202, headers: JSON_TYPE, body: '{"status":"OK"}' };

/** Every refusal of the Runtime and the Extensions API, with the fields of its body in AWS's order. */
export function refusal(status: number, errorType: string, errorMessage: string): Reply {
  return { status, headers: JSON_TYPE, body: JSON.stringify({ errorMessage, errorType }) };
}

export function badTransition(subject: string, from: string, to: string): string {
  return `State transition from ${from} to ${to} failed for ${subject}. Error: State transition is not allowed`;
}

export function wrongRuntimeState(from: RuntimeState, to: RuntimeState): Reply {
  return refusal(403, 'InvalidStateTransition', badTransition('runtime', from, to));
}

/** The reply to an extension's `next`. A header identifies the event, except for SHUTDOWN. */
export function extensionEvent(
  event: { eventType: ExtensionEventType; deadlineMs: number; [field: string]: unknown },
  eventIdentifier?: string,
): Reply {
  return {
    status: 200,
    headers:
      eventIdentifier === undefined
        ? JSON_TYPE
        : { ...JSON_TYPE, 'lambda-extension-event-identifier': eventIdentifier },
    body: JSON.stringify(event),
  };
}

/** The reply to the runtime's `next`. */
export function runtimeEvent(invocation: Invocation, functionArn: string): Reply {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': invocation.requestId,
    'lambda-runtime-deadline-ms': String(Math.round(invocation.deadlineMs)),
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': invocation.trace,
  };
  if (invocation.clientContext !== undefined) headers['lambda-runtime-client-context'] = invocation.clientContext;
  if (invocation.cognitoIdentity !== undefined) headers['lambda-runtime-cognito-identity'] = invocation.cognitoIdentity;
  if (invocation.tenantId !== undefined) headers['lambda-runtime-aws-tenant-id'] = invocation.tenantId;
  return { status: 200, headers, body: invocation.payload };
}

/** The caller's answer when the function failed; its status is 200, too. */
export function functionError(body: string | Uint8Array): Reply {
  return { status: 200, headers: { ...JSON_TYPE, 'x-amz-function-error': 'Unhandled' }, body };
}

export function functionErrorOf(errorType: string, errorMessage: string): Reply {
  return functionError(JSON.stringify({ errorType, errorMessage }));
}

/** An error of the Invoke API itself. */
export function serviceError(status: number, type: string, message: string, kind: 'User' | 'Service' = 'User'): Reply {
  return {
    status,
    headers: { ...JSON_TYPE, 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: kind, message }),
  };
}
