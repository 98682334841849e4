import type { RuntimeInvocation } from './api-client.ts';
import { runtimeError } from './error-description.ts';

/** The second argument of a handler. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export function createContext(invocation: RuntimeInvocation, environment: NodeJS.ProcessEnv): object {
  return {
    clientContext: parsed('lambda-runtime-client-context', invocation.clientContext),
    identity: parsed('lambda-runtime-cognito-identity', invocation.cognitoIdentity),
    invokedFunctionArn: invocation.functionArn,
    awsRequestId: invocation.requestId,
    tenantId: invocation.tenantId,
    xRayTraceId: invocation.traceId,
    getRemainingTimeInMillis: () => invocation.deadlineMs - Date.now(),
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function parsed(header: string, text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw runtimeError('Runtime.PlatformError', `Failed to parse ${header} as JSON: ${(error as Error).message}`);
  }
}
