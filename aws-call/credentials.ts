import type { Clock } from '../foundation/clock.ts';
import { call } from '../foundation/http-client.ts';
import type { Environment } from '../foundation/settings.ts';
import {
  type AwsCredentials,
  awsCredentials,
  CONTAINER_CREDENTIALS_TIMEOUT_MS,
  containerCredentialsRequest,
  decodeContainerCredentials,
  type GivenCredentials,
} from '../lambda-api/container-credentials.ts';
import type { ContainerCredentials } from '../lambda-api/environment.ts';

/**
 * The function's credentials: those in the environment, else those of the container credentials endpoint, which is asked
 * again some minutes before they expire.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function credentialsFromLambda(
  environment: Environment,
  endpoint: ContainerCredentials | undefined,
  clock: Clock,
): { credentials: () => Promise<AwsCredentials>; known: () => string[]; forget: () => void } {
  let kept: GivenCredentials | undefined;
  let asking: Promise<GivenCredentials> | undefined;
  let forgotten = 0;
  return { credentials, known, forget };

  async function credentials(): Promise<AwsCredentials> {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    // Keys without a session token are not Lambda's: the endpoint's come first.
    if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY && (AWS_SESSION_TOKEN || endpoint === undefined)) {
      return awsCredentials(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN);
    }
    if (endpoint === undefined) throw new Error('there are no credentials in the environment');
    const nowMs = clock.wallMs();
    if (kept !== undefined && nowMs < kept.expiresAtMs - RENEWED_BEFORE_MS) return kept;
    const mine = forgotten;
    asking ??= ask(endpoint, clock).finally(() => {
      if (mine === forgotten) asking = undefined;
    });
    try {
      const given = await asking;
      // A call that was under way when all was forgotten answers its own reader alone.
      if (mine === forgotten) kept = given;
      return given;
    } catch (error) {
      if (kept === undefined || nowMs >= kept.expiresAtMs) throw error;
      return kept;
    }
  }

  /** In an environment that began from a snapshot: the endpoint has others now. */
  function forget(): void {
    kept = undefined;
    asking = undefined;
    forgotten++;
  }

  /** The secret ones among them, as far as they are known, so that they leave no log. */
  function known(): string[] {
    const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    const all = [AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, kept?.secretAccessKey, kept?.sessionToken];
    return all.filter((text) => text !== undefined && text.length >= LEAST_LENGTH) as string[];
  }
}

async function ask(endpoint: ContainerCredentials, clock: Clock): Promise<GivenCredentials> {
  for (let tries = 1; ; tries++) {
    try {
      const signal = AbortSignal.timeout(CONTAINER_CREDENTIALS_TIMEOUT_MS);
      return decodeContainerCredentials(await call({ ...containerCredentialsRequest(endpoint), signal }));
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

const MOST_TRIES = 3;
const PAUSE_MS = 100;
const RENEWED_BEFORE_MS = 5 * 60_000;
/** AWS's keys have 40 characters. Shorter ones are placeholders, such as `test`, and stand in lines for other reasons. */
const LEAST_LENGTH = 16;
