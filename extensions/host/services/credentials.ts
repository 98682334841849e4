import type { Clock } from '../../../foundation/clock.ts';
import { call } from '../../../foundation/http-client.ts';
import type { Environment } from '../../../foundation/settings.ts';
import type { AwsCredentials, AwsServices } from '../../sdk/index.ts';

/**
 * The function's credentials: those in the environment, else those of the container credentials endpoint, which is asked
 * again some minutes before they expire.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function credentialsFromLambda(
  environment: Environment,
  endpoint: { url: string; token: string | undefined } | undefined,
  clock: Clock,
): AwsServices['credentials'] {
  let kept: { credentials: AwsCredentials; untilMs: number } | undefined;
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      return withToken(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
    }
    if (endpoint === undefined) throw new Error('there are no credentials in the environment');
    const nowMs = clock.wallMs();
    if (kept !== undefined && nowMs < kept.untilMs - RENEWED_BEFORE_MS) return kept.credentials;
    try {
      kept = await ask(endpoint);
    } catch (error) {
      if (kept === undefined || nowMs >= kept.untilMs) throw error;
    }
    return kept.credentials;
  };
}

async function ask({ url, token }: { url: string; token: string | undefined }) {
  const { host, pathname, search } = new URL(url);
  const headers = token === undefined ? {} : { authorization: token };
  const signal = AbortSignal.timeout(LONGEST_MS);
  const { status, body } = await call({ authority: host, method: 'GET', path: pathname + search, headers, signal });
  if (status !== 200) throw new Error(`the container credentials endpoint answered ${status}`);
  const given = JSON.parse(body) as Record<'AccessKeyId' | 'SecretAccessKey' | 'Token' | 'Expiration', string>;
  const credentials = withToken(given.AccessKeyId, given.SecretAccessKey, given.Token);
  return { credentials, untilMs: Date.parse(given.Expiration) || 0 };
}

function withToken(accessKeyId: string, secretAccessKey: string, sessionToken: string | undefined): AwsCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

const LONGEST_MS = 1_000;
const RENEWED_BEFORE_MS = 5 * 60_000;
