import type { ContainerCredentials } from './environment.ts';

/** Where Lambda answers with SnapStart, on the port of the Runtime API. */
export const CONTAINER_CREDENTIALS_PATH = '/2021-04-23/credentials';

/** What signs requests to AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The request for the credentials, for the caller's own HTTP client. The endpoint is on this machine: give up after
 * `CONTAINER_CREDENTIALS_TIMEOUT_MS`, as AWS's SDKs do.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export function containerCredentialsRequest({ url, token }: ContainerCredentials) {
  const { host, pathname, search } = new URL(url);
  return {
    authority: host,
    method: 'GET',
    path: `${pathname}${search}`,
    headers: token === undefined ? {} : { authorization: token },
  } as const;
}

export const CONTAINER_CREDENTIALS_TIMEOUT_MS = 1_000;

/** Throws unless the endpoint answered 200 and what it promises; the message shows nothing of the answer. */
export function decodeContainerCredentials({ status, body }: { status: number; body: string }): GivenCredentials {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = fieldsOf(status, body);
  const expiresAtMs = isAbsent(Expiration) ? 0 : Date.parse(String(Expiration));
  if (!isText(AccessKeyId)) throw without('AccessKeyId');
  if (!isText(SecretAccessKey)) throw without('SecretAccessKey');
  if (!isAbsent(Token) && !isText(Token)) throw without('Token');
  if (Number.isNaN(expiresAtMs)) throw without('Expiration');
  return { ...awsCredentials(AccessKeyId, SecretAccessKey, Token ?? undefined), expiresAtMs };
}

/** The session token alone. Throws as the function above, also where there is none. */
export function decodeSessionToken({ status, body }: { status: number; body: string }): string {
  const { Token } = fieldsOf(status, body);
  if (!isText(Token)) throw without('Token');
  return Token;
}

export interface GivenCredentials extends AwsCredentials {
  /** 0 where it is not told. */
  readonly expiresAtMs: number;
}

/** Without a session token where there is none; an empty one is none. */
export function awsCredentials(accessKeyId: string, secretAccessKey: string, sessionToken?: string): AwsCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function fieldsOf(status: number, body: string): Readonly<Record<string, unknown>> {
  if (status !== 200) throw new Error(`the container credentials endpoint answered ${status}`);
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    throw new Error('the container credentials endpoint sent no JSON');
  }
}

function without(field: string): Error {
  return new Error(`the container credentials endpoint sent no valid ${field}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
