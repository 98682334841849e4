import { expect, it } from 'vitest';
import { awsErrors } from '../test/support/builders/aws-errors.ts';
import { AwsError } from './errors.ts';
import { explainAwsError } from './explain-aws-error.ts';

const nothing = { requestId: undefined, hint: undefined };

it.each([
  [
    'AWS refused: its status, code and request id, and the action to allow',
    {
      name: 'AccessDeniedException',
      message: 'User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: ssm:GetParameter on resource: x',
      $metadata: { httpStatusCode: 400, requestId: 'r' },
    },
    {
      kind: 'answered',
      status: 400,
      code: 'AccessDeniedException',
      message: expect.stringContaining('not authorized'),
      requestId: 'r',
      hint: 'allow ssm:GetParameter in the role of the function',
      isTransient: false,
    },
  ],
  [
    'the key may not be used',
    { name: 'AccessDeniedException', message: 'Access to KMS is not allowed', $metadata: { httpStatusCode: 400 } },
    {
      ...nothing,
      kind: 'answered',
      status: 400,
      code: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
      hint: 'the role may not use the key: allow kms:Decrypt for the key that encrypts the value',
      isTransient: false,
    },
  ],
  [
    'the key may not be used, in the words of Systems Manager',
    {
      name: 'AccessDeniedException',
      message:
        'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
      $metadata: { httpStatusCode: 400 },
    },
    {
      ...nothing,
      kind: 'answered',
      status: 400,
      code: 'AccessDeniedException',
      message: expect.stringContaining('The ciphertext refers'),
      hint: 'the role may not use the key: allow kms:Decrypt for the key that encrypts the value',
      isTransient: false,
    },
  ],
  [
    'a permission is missing, and a name has kms in it',
    {
      name: 'AccessDeniedException',
      message: 'User: arn:aws:sts::1:assumed-role/kms/f is not authorized to perform: ssm:GetParameter on resource: x',
      $metadata: { httpStatusCode: 400 },
    },
    {
      ...nothing,
      kind: 'answered',
      status: 400,
      code: 'AccessDeniedException',
      message: expect.stringContaining('not authorized'),
      hint: 'allow ssm:GetParameter in the role of the function',
      isTransient: false,
    },
  ],
  [
    'AWS has too much to do',
    { name: 'ThrottlingException', message: 'Rate exceeded', $metadata: { httpStatusCode: 400 } },
    {
      ...nothing,
      kind: 'answered',
      status: 400,
      code: 'ThrottlingException',
      message: 'Rate exceeded',
      isTransient: true,
    },
  ],
  [
    'AWS has an error of its own',
    { name: 'InternalServiceError', message: 'sorry', $metadata: { httpStatusCode: 500 } },
    { ...nothing, kind: 'answered', status: 500, code: 'InternalServiceError', message: 'sorry', isTransient: true },
  ],
  [
    'nobody listens',
    { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', $metadata: {} },
    {
      ...nothing,
      kind: 'unreached',
      status: 502,
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED',
      isTransient: true,
    },
  ],
  [
    'no connection in time: the endpoint by name, and what a VPC needs',
    { name: 'TimeoutError', message: 'too late', endpoint: 'secretsmanager.eu-central-1.amazonaws.com' },
    {
      kind: 'late',
      status: 504,
      code: 'TimeoutError',
      message: 'too late',
      requestId: undefined,
      hint: 'secretsmanager.eu-central-1.amazonaws.com does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for Secrets Manager',
      isTransient: true,
    },
  ],
  [
    'the name of the endpoint cannot be resolved: what a VPC needs, too',
    { name: 'Error', code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND', endpoint: 'aws.example' },
    {
      ...nothing,
      kind: 'unreached',
      status: 502,
      code: 'ENOTFOUND',
      message: 'getaddrinfo ENOTFOUND',
      hint: expect.stringContaining('aws.example does not answer'),
      isTransient: true,
    },
  ],
  [
    'the endpoint answers, but with a certificate of an unknown authority: that, and nothing of networks',
    { name: 'Error', code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'self-signed certificate', endpoint: 'aws.example' },
    {
      ...nothing,
      kind: 'unreached',
      status: 502,
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      message: 'self-signed certificate',
      hint: 'the authority behind the certificate of aws.example is unknown: name its file in NODE_EXTRA_CA_CERTS',
      isTransient: true,
    },
  ],
  [
    'there are no credentials: nothing of networks',
    { name: 'CredentialsProviderError', message: 'none', endpoint: 'aws.example' },
    {
      ...nothing,
      kind: 'unreached',
      status: 502,
      code: 'CredentialsProviderError',
      message: 'none',
      isTransient: true,
    },
  ],
  [
    'our bound passed',
    { name: 'AbortError', message: 'Request aborted' },
    { ...nothing, kind: 'late', status: 504, code: 'TimeoutError', message: 'Request aborted', isTransient: true },
  ],
  [
    'the answer is not JSON: its text is not quoted',
    new SyntaxError('Unexpected token h, "hunter2" is not valid JSON'),
    {
      ...nothing,
      kind: 'unreadable',
      status: 502,
      code: 'UnreadableAnswer',
      message: 'AWS sent an unreadable answer',
      isTransient: true,
    },
  ],
  [
    'the SDK’s parser found another type: the value is not quoted',
    Object.assign(new TypeError('Expected string, got number: 12345678'), { $response: { statusCode: 200 } }),
    {
      ...nothing,
      kind: 'unreadable',
      status: 502,
      code: 'UnreadableAnswer',
      message: 'AWS sent an unreadable answer',
      isTransient: true,
    },
  ],
  [
    'the answer lacks what the API promises, and the SDK adds a line for its developers',
    Object.assign(new Error('AWS sent an unreadable answer: no\n  Deserialization error'), {
      name: 'UnreadableAnswer',
    }),
    {
      ...nothing,
      kind: 'unreadable',
      status: 502,
      code: 'UnreadableAnswer',
      message: 'AWS sent an unreadable answer: no',
      isTransient: true,
    },
  ],
  [
    'the connection broke during the answer',
    Object.assign(new Error('aborted'), { code: 'ECONNRESET', $response: { statusCode: 200 } }),
    { ...nothing, kind: 'unreached', status: 502, code: 'ECONNRESET', message: 'aborted', isTransient: true },
  ],
  [
    'a proxy answers a plain request itself',
    { name: 'UnknownError', message: 'UnknownError', $metadata: { httpStatusCode: 407 } },
    {
      ...nothing,
      kind: 'unreached',
      status: 502,
      code: 'ProxyAuthenticationRequired',
      message: 'the proxy answered 407',
      hint: 'the proxy wants a user and a password: set both in the URL of the proxy',
      isTransient: true,
    },
  ],
  [
    'something odd was thrown',
    'odd',
    { ...nothing, kind: 'unreached', status: 502, code: 'UnknownError', message: 'odd', isTransient: true },
  ],
])('%s', (_case, error, failure) => {
  expect(explainAwsError(error, 'Secrets Manager')).toEqual(failure);
});

it.each(awsErrors)('explains $what', ({ error, code, isTransient, hint, secrets }) => {
  const failure = explainAwsError(error, 'AWS');

  expect(failure).toMatchObject({ code, isTransient, status: secrets });
  expect(failure.hint?.includes('does not answer') ?? false).toBe(hint === 'network');
});

it('explains an error of our own calls as it explains that of the SDK', () => {
  const [code, message, requestId] = [
    'AccessDeniedException',
    'not authorized to perform: ssm:GetParameter',
    'request-1',
  ];
  const answer = { status: 400, headers: { 'x-amzn-requestid': requestId } };
  const ours = new AwsError({ ...answer, body: Buffer.from(JSON.stringify({ __type: code, message })) });
  const official = Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: 400, requestId } });

  expect(explainAwsError(ours)).toEqual(explainAwsError(official));
  expect(explainAwsError(ours)).toMatchObject({ kind: 'answered', code, message, requestId, isTransient: false });
});
