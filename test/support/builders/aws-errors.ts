/** Every shape of error that the AWS SDK rejects with, and what both extensions make of it. */
export const awsErrors: readonly AwsErrorCase[] = [
  ...['ECONNRESET', 'EPIPE'].flatMap((code) => [
    broken(`${code}, as the SDK calls it: a time-out`, { name: 'TimeoutError', code }, code),
    broken(`${code}, as Node.js calls it`, { code }, code),
  ]),
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].map((code) => ({
    ...broken(code, { code }, code),
    hint: 'network' as const,
  })),
  ...[
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'EPROTO',
    'ERR_PROXY_TUNNEL',
  ].map((code) => broken(code, { code }, code)),
  broken('credentials that are missing', { name: 'CredentialsProviderError' }, 'CredentialsProviderError'),
  broken('an Error without a code', {}, 'Error'),
  ...(
    [
      ['a connection that was not made in time', { name: 'TimeoutError' }],
      ['ETIMEDOUT, as the SDK calls it', { name: 'TimeoutError', code: 'ETIMEDOUT' }],
      ['ETIMEDOUT, as Node.js calls it', { code: 'ETIMEDOUT' }],
      ['no address that was reached in time', { name: 'AggregateError', code: 'ETIMEDOUT' }],
      ['an aborted call, as the SDK calls it', { name: 'AbortError' }],
      ['an aborted call, as Node.js calls it', { name: 'AbortError', code: 'ABORT_ERR' }],
    ] as const
  ).map(([what, fields]) => late(what, error(fields))),
  late('a signal that timed out', new DOMException('why', 'TimeoutError')),
  late('a signal that was aborted', new DOMException('why', 'AbortError')),
  ...[
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
    'RequestTimeout',
    'RequestTimeoutException',
  ].map((name) => answered(`400 ${name}`, name, 400, { appConfig: 502, isTransient: true })),
  answered('429 of any name', 'Odd', 429, { appConfig: 502, isTransient: true }),
  ...[500, 502, 503, 504].map((status) =>
    answered(`${status}`, 'InternalServerException', status, { appConfig: 502, isTransient: true }),
  ),
  ...['InvalidSignatureException', 'ExpiredTokenException', 'UnrecognizedClientException', 'ValidationException'].map(
    (name) => answered(`400 ${name}`, name, 400, { appConfig: 400, isTransient: false }),
  ),
  answered('403', 'AccessDeniedException', 403, { appConfig: 400, isTransient: false }),
  answered('404', 'ResourceNotFoundException', 404, { appConfig: 404, isTransient: false }),
];

export interface AwsErrorCase {
  readonly what: string;
  readonly error: Error;
  readonly code: string;
  readonly isTransient: boolean;
  /** Whether it is worth saying what a VPC needs. */
  readonly hint: 'network' | 'none';
  /** The status with which the secrets extension answers; AppConfig's, as AWS's agent documents it. */
  readonly secrets: number;
  readonly appConfig: number;
}

function error(fields: object): Error {
  return Object.assign(new Error('why'), { endpoint: 'aws.example' }, fields);
}

function broken(what: string, fields: object, code: string): AwsErrorCase {
  return { what, error: error(fields), code, isTransient: true, hint: 'none', secrets: 502, appConfig: 502 };
}

function late(what: string, cause: Error): AwsErrorCase {
  const of = Object.assign(cause, { endpoint: 'aws.example' });
  return { what, error: of, code: 'TimeoutError', isTransient: true, hint: 'network', secrets: 504, appConfig: 504 };
}

function answered(
  what: string,
  name: string,
  status: number,
  more: Pick<AwsErrorCase, 'appConfig' | 'isTransient'>,
): AwsErrorCase {
  const of = error({ name, $metadata: { httpStatusCode: status, requestId: 'r' } });
  return { what, error: of, code: name, hint: 'none', secrets: status, ...more };
}
