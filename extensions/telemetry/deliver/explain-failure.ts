import type { Verdict } from '../exporters/exporter.ts';

/**
 * Why a request got no answer. What does not heal by itself counts as refused, and says what to change: a certificate, or a
 * port where nobody speaks HTTP.
 */
export function explainFailure(error: unknown, url: string, isTimeUp: boolean): Verdict {
  const { host, port } = new URL(url);
  if (isTimeUp) return { kind: 'retry', reason: `${host}: there was no answer in time`, isUnanswered: true };
  const { code = '' } = error as { code?: string };
  const what = `${host}: ${describeError(error)}`;
  if (UNTRUSTED.test(code)) return { kind: 'refused', reason: `${what}; ${ABOUT_CERTIFICATES}` };
  if (code.includes('CERT') || code === 'ERR_INVALID_CHAR') return { kind: 'refused', reason: what };
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER')
    return { kind: 'refused', reason: `${what}; is this port for plain http?` };
  if (code.startsWith('HPE_')) return { kind: 'refused', reason: `${what}; ${notHttp(port)}` };
  const hint = port === GRPC_PORT ? `; ${ABOUT_GRPC}` : '';
  return { kind: 'retry', reason: `${what}${hint}`, isUnanswered: true };
}

export function describeError(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code !== undefined && !message?.includes(code)
    ? `${code} ${message ?? ''}`.trim()
    : (message ?? String(error));
}

function notHttp(port: string): string {
  return port === GRPC_PORT ? ABOUT_GRPC : `the answer is no HTTP/1.1: is this port for gRPC or TLS? ${USE_HTTP}`;
}

const GRPC_PORT = '4317';
const USE_HTTP = 'Use the port for OTLP over HTTP, which mostly is 4318';
const ABOUT_GRPC = `this is the port for gRPC, which is not supported. ${USE_HTTP}`;
const UNTRUSTED = /SELF_SIGNED_CERT|CERT_UNTRUSTED|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/;
const ABOUT_CERTIFICATES =
  'its certificate is not trusted. Set NODE_EXTRA_CA_CERTS to the path of a PEM file with the certificate of its authority';
