import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { sessionToken } from './subjects.ts';

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Whether requests share a connection, or each opens its own. */
  readonly keepAlive: boolean;
  /** How many secrets are read, in rotation. */
  readonly keys: number;
  /** The load ends after `seconds` or after `requests`, whichever is first. */
  readonly seconds: number;
  readonly requests?: number | undefined;
  /** Sent in place of requests for secrets. */
  readonly message?: string;
}

export interface LoadResult {
  readonly p50Us: number;
  readonly p99Us: number;
  readonly requestsPerSecond: number;
  /** How many were answered. */
  readonly requests: number;
}

/** Puts a server under load from a process of its own, so that client and server do not share a thread. */
export async function load(options: Load): Promise<LoadResult> {
  const client = fileURLToPath(new URL('load-client.ts', import.meta.url));
  // A server that stops answering must not stop the bench.
  const timeout = (options.seconds + GRACE_SECONDS) * 1_000;
  const { stdout } = await execa(process.execPath, [client, JSON.stringify({ ...options, sessionToken })], { timeout });
  return JSON.parse(stdout);
}

const GRACE_SECONDS = 30;

/** The request that all servers get. */
export function secretRequest({ key, port, token }: { key: number; port: number; token: string }): string {
  const path = `/secretsmanager/get?secretId=bench-${String(key).padStart(4, '0')}`;
  return `GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nx-aws-parameters-secrets-token: ${token}\r\n\r\n`;
}
