import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './process.ts';

/** The session token of the function, which the extension requires. */
export const sessionToken = 'bench-session-token-'.padEnd(1_000, 'x');

const extensionFile = path('../../dist/opt/extensions/lambda-node-extended');
const launcherFile = path('../../dist/opt-alone/extensions/lambda-node-extended');

export function isBuilt(): boolean {
  return existsSync(extensionFile);
}

/** The extension as it is in the image. */
export function extension(options: ExtensionOptions): Command {
  return { file: extensionFile, environment: environmentOf(options) };
}

/** The host without a supervisor, started by its launcher, as in an image that was built without Rust. */
export function hostAlone(options: ExtensionOptions): Command {
  return { file: existsSync(launcherFile) ? launcherFile : extensionFile, environment: environmentOf(options) };
}

export interface ExtensionOptions {
  port: number;
  /** The mock of AWS. */
  endpoint?: string;
  /** More variables. */
  environment?: Readonly<Record<string, string>>;
}

export function nodeHttp({ port, body = '' }: { port: number; body?: string }): Command {
  return {
    file: process.execPath,
    arguments: [path('../floors/node-http.cjs')],
    environment: { PORT: String(port), BODY: body },
  };
}

/** The least that a second Node.js which reads for others can be. */
export function readingHost({ port, endpoint = '' }: ExtensionOptions): Command {
  return {
    file: process.execPath,
    arguments: [path('../floors/reading-host.cjs')],
    environment: { PORT: String(port), AWS_ENDPOINT_URL: endpoint },
  };
}

export function rawTcp({ port, reply }: { port: number; reply: string }): Command {
  return {
    file: process.execPath,
    arguments: [path('../floors/raw-tcp.cjs')],
    environment: { PORT: String(port), REPLY: reply },
  };
}

/** What Lambda gives to the extensions and to the function. */
export function environmentOf({ port, endpoint, environment }: ExtensionOptions): Record<string, string> {
  return {
    // Without Lambda's own Node, the launcher takes the one in the PATH.
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIDBENCH',
    AWS_SECRET_ACCESS_KEY: 'bench-secret-access-key',
    AWS_SESSION_TOKEN: sessionToken,
    PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
    ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
    ...environment,
  };
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
