import type { Clock } from '../../../foundation/clock.ts';
import { call } from '../../../foundation/http-client.ts';
import { Sensitive } from '../../../foundation/sensitive.ts';
import {
  CONTAINER_CREDENTIALS_TIMEOUT_MS,
  containerCredentialsRequest,
  decodeSessionToken,
} from '../../../lambda-api/container-credentials.ts';
import type { ContainerCredentials } from '../../../lambda-api/environment.ts';

/**
 * Compares with the session token that the container credentials endpoint gives now. With SnapStart there is no
 * `AWS_SESSION_TOKEN`: callers take the token from the credentials of their SDK. Callers of AWS's agent send the token
 * that the endpoint itself asks for.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerSessionToken(endpoint: ContainerCredentials, clock: Clock) {
  const authorization = new Sensitive(endpoint.token ?? '');
  let current = new Sensitive('');
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let forgotten = 0;

  async function ask(): Promise<Sensitive> {
    const signal = AbortSignal.timeout(CONTAINER_CREDENTIALS_TIMEOUT_MS);
    const answer = await call({ ...containerCredentialsRequest(endpoint), signal });
    return new Sensitive(decodeSessionToken(answer));
  }

  async function renew(): Promise<void> {
    const mine = forgotten;
    const given = await ask().catch(() => undefined);
    // What was asked for before a restore is no proof after it.
    if (mine !== forgotten) return;
    current = given ?? current;
    asking = undefined;
  }

  async function is(candidate: string): Promise<boolean> {
    if (current.equals(candidate) || authorization.equals(candidate)) return true;
    if (asking === undefined) {
      // Not every wrong guess may cost a call.
      const nowMs = clock.wallMs();
      if (Math.abs(nowMs - askedAtMs) < LEAST_GAP_MS) return false;
      askedAtMs = nowMs;
      asking = renew();
    }
    await asking;
    return current.equals(candidate);
  }

  return {
    is,
    /** In an environment that began from a snapshot: the credentials from before are no proof any more. */
    forget(): void {
      current = new Sensitive('');
      askedAtMs = Number.NEGATIVE_INFINITY;
      asking = undefined;
      forgotten++;
    },
  };
}

const LEAST_GAP_MS = 1_000;
