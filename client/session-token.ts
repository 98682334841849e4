import { call } from '../foundation/http-client.ts';
import {
  CONTAINER_CREDENTIALS_TIMEOUT_MS,
  containerCredentialsRequest,
  decodeSessionToken,
} from '../lambda-api/container-credentials.ts';
import { type ContainerCredentials, containerCredentials } from '../lambda-api/environment.ts';
import { UnavailableError } from './errors.ts';

/**
 * Proves to the extension that the caller belongs to this environment: `AWS_SESSION_TOKEN`, or where there is none, as with
 * SnapStart, the session token of the container credentials.
 */
export function sessionToken(): string | Promise<string> {
  const { AWS_SESSION_TOKEN: token } = process.env;
  if (token) return token;
  const credentials = containerCredentials(process.env);
  if (credentials === undefined) return '';
  asked ??= askEndpoint(credentials).catch((error: unknown) => {
    asked = undefined;
    throw new UnavailableError(
      'There is no session token, because the endpoint of the container credentials failed',
      error,
    );
  });
  return asked;
}

/** Whether the next `sessionToken` may be another one. */
export function forgetSessionToken(): boolean {
  const wasAsked = asked !== undefined;
  asked = undefined;
  return wasAsked;
}

async function askEndpoint(endpoint: ContainerCredentials): Promise<string> {
  const signal = AbortSignal.timeout(CONTAINER_CREDENTIALS_TIMEOUT_MS);
  const answer = await call({ ...containerCredentialsRequest(endpoint), signal });
  return decodeSessionToken(answer);
}

let asked: Promise<string> | undefined;
