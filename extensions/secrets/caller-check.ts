import type { IncomingHttpHeaders } from 'node:http';

export type CallerCheck = { isAllowed: true } | { isAllowed: false; status: number; reason: string };

/** Whether a caller may be answered: it must stand on this machine, know the token, and not be somebody's proxy. */
export async function checkCaller(
  headers: IncomingHttpHeaders,
  isToken: (candidate: string) => boolean | Promise<boolean>,
): Promise<CallerCheck> {
  if (headers['x-forwarded-for'] !== undefined) return refused(400, 'forwarded requests are not answered');
  // A web page can make a browser resolve its name to 127.0.0.1, but not make it send another name.
  if (headers.host !== undefined && !LOOPBACK_HOST.test(headers.host))
    return refused(403, 'Host must be a loopback name');

  const given = headers['x-aws-parameters-secrets-token'] ?? headers['x-vault-token'];
  if (typeof given !== 'string' || !(await isToken(given))) return refused(403, WRONG_TOKEN);
  return { isAllowed: true };
}

function refused(status: number, reason: string): CallerCheck {
  return { isAllowed: false, status, reason };
}

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const WRONG_TOKEN = 'the header X-Aws-Parameters-Secrets-Token must carry the value of AWS_SESSION_TOKEN';
