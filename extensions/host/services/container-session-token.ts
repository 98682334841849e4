import type { Clock } from '../../../foundation/clock.ts';
import { call } from '../../../foundation/http-client.ts';
import { Sensitive } from '../../../foundation/sensitive.ts';
import type { ContainerCredentials } from '../../../lambda-api/environment.ts';

/**
 * Compares with the session token that the container credentials endpoint gives now. With SnapStart there is no
 * `AWS_SESSION_TOKEN`: callers take the token from the credentials of their SDK. Callers of AWS's agent send the token
 * that the endpoint itself asks for.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerSessionToken({ url, token }: ContainerCredentials, clock: Clock) {
  const authorization = new Sensitive(token ?? '');
  let current = new Sensitive('');
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<Sensitive> | undefined;

  async function ask(): Promise<Sensitive> {
    const { host, pathname, search } = new URL(url);
    const headers = token === undefined ? {} : { authorization: token };
    const signal = AbortSignal.timeout(LONGEST_MS);
    const path = `${pathname}${search}`;
    const { status, body } = await call({ authority: host, method: 'GET', path, headers, signal });
    return new Sensitive(status === 200 ? String((JSON.parse(body) as { Token?: string }).Token ?? '') : '');
  }

  return async (candidate: string): Promise<boolean> => {
    if (current.equals(candidate) || authorization.equals(candidate)) return true;
    if (asking === undefined) {
      // Not every wrong guess may cost a call.
      const nowMs = clock.wallMs();
      if (Math.abs(nowMs - askedAtMs) < LEAST_GAP_MS) return false;
      askedAtMs = nowMs;
      asking = ask()
        .catch(() => current)
        .finally(() => {
          asking = undefined;
        });
    }
    current = await asking;
    return current.equals(candidate);
  };
}

const LEAST_GAP_MS = 1_000;
/** The endpoint is on this machine; AWS's SDK waits as long. */
const LONGEST_MS = 1_000;
