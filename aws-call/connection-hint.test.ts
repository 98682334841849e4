import { expect, it } from 'vitest';
import { connectionHint } from './connection-hint.ts';

const NETWORK = 'aws.example does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for KMS';
const UNKNOWN = 'the authority behind the certificate of aws.example is unknown: name its file in NODE_EXTRA_CA_CERTS';
const OUTDATED = 'the certificate of aws.example is not valid now: renew it, or check the clock';
const PASSWORD = 'the proxy wants a user and a password: set both in the URL of the proxy';

it.each<[string, object, string | undefined]>([
  ['silence, as the SDK calls it', { name: 'TimeoutError' }, NETWORK],
  ['silence, as a signal calls it', { name: 'AbortError' }, NETWORK],
  ...['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'].map((code): [string, object, string] => [
    code,
    { code },
    NETWORK,
  ]),
  ['a refusal on AWS’s own port', { code: 'ECONNREFUSED', address: '10.0.0.1', port: 443 }, NETWORK],
  [
    'a refusal on another port',
    { code: 'ECONNREFUSED', address: '127.0.0.1', port: 3128 },
    'aws.example does not answer: nobody listens on port 3128, check the endpoint and the proxy',
  ],
  [
    'a proxy without an address',
    { code: 'ENOTFOUND', hostname: 'proxy.example' },
    'the name of the proxy, proxy.example, cannot be resolved',
  ],
  ['an endpoint without an address', { code: 'ENOTFOUND', hostname: 'aws.example' }, NETWORK],
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_UNTRUSTED',
  ].map((code): [string, object, string] => [code, { code }, UNKNOWN]),
  ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].map((code): [string, object, string] => [code, { code }, OUTDATED]),
  [
    'a certificate of another host',
    { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    'another host than aws.example answers, as its certificate says: check the endpoint and the proxy',
  ],
  ['a revoked certificate, which says enough', { code: 'CERT_REVOKED' }, undefined],
  ['407 of a tunnel', { code: 'ERR_PROXY_TUNNEL', statusCode: 407 }, PASSWORD],
  ['407 of a tunnel, as AppConfig’s proxy says it', { message: 'Bad response: 407' }, PASSWORD],
  ['407 in an answer', { name: 'UnknownError', $metadata: { httpStatusCode: 407 } }, PASSWORD],
  [
    '403 of a tunnel',
    { code: 'ERR_PROXY_TUNNEL', statusCode: 403 },
    'the proxy makes no connection to this host: allow it there, or set NO_PROXY',
  ],
  ['a reset, as the SDK calls it', { name: 'TimeoutError', code: 'ECONNRESET' }, undefined],
  ['no credentials', { name: 'CredentialsProviderError' }, undefined],
  ['a TLS error', { code: 'EPROTO' }, undefined],
])('a hint fits: %s', (_what, error, hint) => {
  expect(connectionHint({ endpoint: 'aws.example', ...error }, 'KMS')).toBe(hint);
});

it.each([undefined, null, 'odd', new DOMException('late', 'TimeoutError')])(
  'there is none for %s without an endpoint',
  (error) => {
    expect(connectionHint(error, 'KMS')).toBeUndefined();
  },
);
