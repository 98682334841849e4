import { call } from '../foundation/http-client.ts';
import { type ContainerCredentials, containerCredentials } from '../lambda-api/environment.ts';
import { UnavailableError } from './errors.ts';

/**
 * What proves to the extension that the caller belongs to this environment: `AWS_SESSION_TOKEN`, or where there is none, as
 * with SnapStart, the session token that the container credentials endpoint gives.
 */
export function sessionToken(): string | Promise<string> {
  const { AWS_SESSION_TOKEN: token } = process.env;
  if (token) return token;
  const credentials = containerCredentials(process.env);
  if (credentials === undefined) return '';
  asked ??= askEndpoint(credentials).catch((error: unknown) => {
    asked = undefined;
    throw new UnavailableError('There is no session token: the endpoint of the container credentials failed', error);
  });
  return asked;
}

/** Whether the next `sessionToken` may be another one. */
export function forgetSessionToken(): boolean {
  const wasAsked = asked !== undefined;
  asked = undefined;
  return wasAsked;
}

async function askEndpoint({ url, token }: ContainerCredentials): Promise<string> {
  const { host, pathname, search } = new URL(url);
  const { status, body } = await call({
    authority: host,
    method: 'GET',
    path: `${pathname}${search}`,
    headers: token === undefined ? {} : { authorization: token },
    signal: AbortSignal.timeout(LONGEST_MS),
  });
  if (status !== 200) throw new Error(`It answered ${status}`);
  return String((JSON.parse(body) as { Token?: string }).Token ?? '');
}

let asked: Promise<string> | undefined;
/** The endpoint stands beside us; AWS's SDK gives it as long. */
const LONGEST_MS = 1_000;
