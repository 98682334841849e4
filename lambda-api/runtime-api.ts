import { payloadLimits } from './limits.ts';

/**
 * Runtime API, version 2018-06-01.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export const runtimeApi = {
  ping: '/2018-06-01/ping',
  next: '/2018-06-01/runtime/invocation/next',
  initError: '/2018-06-01/runtime/init/error',
  /** Only with SnapStart: answered in each environment that is restored from the snapshot. */
  restoreNext: '/2018-06-01/runtime/restore/next',
  restoreError: '/2018-06-01/runtime/restore/error',
  response: (requestId: string) => `/2018-06-01/runtime/invocation/${requestId}/response`,
  error: (requestId: string) => `/2018-06-01/runtime/invocation/${requestId}/error`,
} as const;

/** Header names as AWS spells them; HTTP does not mind the case. */
export const runtimeApiHeaders = {
  requestId: 'Lambda-Runtime-Aws-Request-Id',
  deadlineMs: 'Lambda-Runtime-Deadline-Ms',
  functionArn: 'Lambda-Runtime-Invoked-Function-Arn',
  traceId: 'Lambda-Runtime-Trace-Id',
  clientContext: 'Lambda-Runtime-Client-Context',
  cognitoIdentity: 'Lambda-Runtime-Cognito-Identity',
  tenantId: 'Lambda-Runtime-Aws-Tenant-Id',
  errorType: 'Lambda-Runtime-Function-Error-Type',
  errorBody: 'Lambda-Runtime-Function-Error-Body',
  responseMode: 'Lambda-Runtime-Function-Response-Mode',
} as const;

/** Content type of a streamed response that starts with status and headers as JSON and eight NUL bytes. */
export const HTTP_INTEGRATION_RESPONSE = 'application/vnd.awslambda.http-integration-response';

/** What a handler may return, and what a caller gets at the most without streaming: 6 MiB and room for the envelope. */
export const MAX_RESPONSE_BYTES = payloadLimits.synchronousBytes + 100;

/** The error type that Lambda keeps of what a runtime claims. */
export function acceptedErrorType(claimed: string | undefined): string {
  if (claimed === undefined) return 'Runtime.Unknown';
  if (/(Runtime|Function)\.[A-Z][a-zA-Z]+/.test(claimed)) return claimed;
  return claimed.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}
