import type { IncomingHttpHeaders } from 'node:http';

/**
 * The answer to a caller that may not be answered: it must stand on this machine, know the token, and be nobody's proxy. A
 * promise where the token has to be asked for.
 */
export function refuseCaller(headers: IncomingHttpHeaders, isToken: IsToken): Refusal | Promise<Refusal> {
  if (headers['x-forwarded-for'] !== undefined) return FORWARDED;
  // A web page can make a browser resolve its name to 127.0.0.1, but not make it send another name.
  if (headers.host !== undefined && !LOOPBACK_HOST.test(headers.host)) return FOREIGN_HOST;

  const given = headers['x-aws-parameters-secrets-token'] ?? headers['x-vault-token'];
  const isKnown = typeof given === 'string' && isToken(given);
  return isKnown instanceof Promise ? isKnown.then(judgeToken) : judgeToken(isKnown);
}

type IsToken = (candidate: string) => boolean | Promise<boolean>;
type Refusal = { status: number; body: string } | undefined;

function judgeToken(isKnown: boolean): Refusal {
  return isKnown ? undefined : WRONG_TOKEN;
}

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const FORWARDED = { status: 400, body: 'forwarded requests are not answered' };
const FOREIGN_HOST = { status: 403, body: 'Host must be a loopback name' };
const WRONG_TOKEN = {
  status: 403,
  body: 'the header X-Aws-Parameters-Secrets-Token must carry the value of AWS_SESSION_TOKEN',
};
