/**
 * What the owner of the function can do where a connection to AWS failed. Undefined where the error alone says enough, as with
 * a reset. The errors are those of the SDK's clients, to which `callAws` adds the endpoint, and of our own calls.
 * @param service its name for the owner of the function, e.g. `Secrets Manager`.
 */
export function connectionHint(error: unknown, service: string): string | undefined {
  const {
    name = '',
    message,
    statusCode,
    endpoint,
    hostname,
    port,
    status,
    $metadata,
    ...rest
  } = Object(error) as Partial<ConnectionError>;
  // That of a DOMException is a number.
  const code = typeof rest.code === 'string' ? rest.code : '';
  if (isProxyAsking(statusCode ?? status ?? $metadata?.httpStatusCode, message)) {
    return 'the proxy wants a user and a password: set both in the URL of the proxy';
  }
  if (code === 'ERR_PROXY_TUNNEL') return 'the proxy makes no connection to this host: allow it there, or set NO_PROXY';
  if (endpoint === undefined) return undefined;

  if (OUTDATED.has(code)) return `the certificate of ${endpoint} is not valid now: renew it, or check the clock`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `another host than ${endpoint} answers, as its certificate says: check the endpoint and the proxy`;
  }
  if (CERTIFICATE.test(code)) {
    return `the authority behind the certificate of ${endpoint} is unknown: name its file in NODE_EXTRA_CA_CERTS`;
  }
  if (hostname !== undefined && hostname !== endpoint) return `the name of the proxy, ${hostname}, cannot be resolved`;
  if (code === 'ECONNREFUSED' && port !== undefined && port !== HTTPS_PORT) {
    return `${endpoint} does not answer: nobody listens on port ${port}, check the endpoint and the proxy`;
  }
  return UNREACHABLE.test(code) || isSilent(name, code)
    ? `${endpoint} does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for ${service}`
    : undefined;
}

/** hpagent says it in the message alone. */
function isProxyAsking(status: number | undefined, message: string | undefined): boolean {
  return status === PROXY_AUTHENTICATION_REQUIRED || message === `Bad response: ${PROXY_AUTHENTICATION_REQUIRED}`;
}

/** The SDK gives the name `TimeoutError` to a connection that broke, too: where there is a code, only that tells them apart. */
export function isSilent(name: string, code: string): boolean {
  return code === '' ? name === 'TimeoutError' || name === 'AbortError' : LATE.has(code);
}

/** Never from AWS. */
export const PROXY_AUTHENTICATION_REQUIRED = 407;
const HTTPS_PORT = 443;
/** Of Linux, of Node.js's sockets, and of a signal. */
const LATE: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT', 'ABORT_ERR']);
/** Nobody answered; a reset or a bad certificate comes from somebody. */
const UNREACHABLE = /^(ECONNREFUSED|EHOST|ENET|ENOTFOUND|EAI_)/;
const OUTDATED: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
/** https://docs.openssl.org/3.0/man1/openssl-verification-options/ */
const CERTIFICATE =
  /^(SELF_SIGNED_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED)/;

interface ConnectionError {
  name: string;
  message: string;
  code: string | number;
  /** Of the answer of a proxy. */
  statusCode: number;
  status: number;
  /** That could not be resolved. */
  hostname: string;
  port: number;
  /** The host name that was asked. */
  endpoint: string;
  $metadata: { httpStatusCode?: number };
}
