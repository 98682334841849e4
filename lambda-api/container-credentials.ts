import type { ContainerCredentials } from './environment.ts';

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

/** Throws unless the endpoint answered 200 and JSON; the message shows nothing of the answer. */
export function decodeContainerCredentials({ status, body }: { status: number; body: string }): GivenCredentials {
  if (status !== 200) throw new Error(`the container credentials endpoint answered ${status}`);
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = parse(body);
  return {
    ...awsCredentials(String(AccessKeyId ?? ''), String(SecretAccessKey ?? ''), Token && String(Token)),
    expiresAtMs: Date.parse(String(Expiration)) || 0,
  };
}

export interface GivenCredentials extends AwsCredentials {
  /** 0 where it is not told. */
  readonly expiresAtMs: number;
}

/** Without a session token where there is none; an empty one is none. */
export function awsCredentials(accessKeyId: string, secretAccessKey: string, sessionToken?: string): AwsCredentials {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function parse(body: string): Record<string, unknown> & { Token?: string } {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new Error('the container credentials endpoint sent no JSON');
  }
}
