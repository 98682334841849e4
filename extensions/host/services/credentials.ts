import type { Clock } from '../../../foundation/clock.ts';
import { call } from '../../../foundation/http-client.ts';
import type { Environment } from '../../../foundation/settings.ts';
import {
  awsCredentials,
  CONTAINER_CREDENTIALS_TIMEOUT_MS,
  containerCredentialsRequest,
  decodeContainerCredentials,
  type GivenCredentials,
} from '../../../lambda-api/container-credentials.ts';
import type { ContainerCredentials } from '../../../lambda-api/environment.ts';
import type { AwsServices } from '../../sdk/index.ts';

/**
 * The function's credentials: those in the environment, else those of the container credentials endpoint, which is asked
 * again some minutes before they expire.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function credentialsFromLambda(
  environment: Environment,
  endpoint: ContainerCredentials | undefined,
  clock: Clock,
): AwsServices['credentials'] {
  let kept: GivenCredentials | undefined;
  return async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
      return awsCredentials(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
    }
    if (endpoint === undefined) throw new Error('there are no credentials in the environment');
    const nowMs = clock.wallMs();
    if (kept !== undefined && nowMs < kept.expiresAtMs - RENEWED_BEFORE_MS) return kept;
    try {
      kept = await ask(endpoint);
    } catch (error) {
      if (kept === undefined || nowMs >= kept.expiresAtMs) throw error;
    }
    return kept;
  };
}

async function ask(endpoint: ContainerCredentials): Promise<GivenCredentials> {
  const signal = AbortSignal.timeout(CONTAINER_CREDENTIALS_TIMEOUT_MS);
  return decodeContainerCredentials(await call({ ...containerCredentialsRequest(endpoint), signal }));
}

const RENEWED_BEFORE_MS = 5 * 60_000;
