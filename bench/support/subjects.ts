import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './process.ts';

/** What a function is given as its session token, and has to show to the extension. */
export const sessionToken = 'bench-session-token-'.padEnd(1_000, 'x');

const launcher = path('../../dist/opt/extensions/lambda-node-extended');

export function isBuilt(): boolean {
  return existsSync(launcher);
}

/** The host as it is in the image, started by its launcher. */
export function host({ port, endpoint }: { port: number; endpoint?: string }): Command {
  return {
    file: launcher,
    environment: {
      // The launcher takes `node` from the PATH where Lambda's own is missing.
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDBENCH',
      AWS_SECRET_ACCESS_KEY: 'bench-secret-access-key',
      AWS_SESSION_TOKEN: sessionToken,
      PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: String(port),
      ...(endpoint !== undefined && { AWS_ENDPOINT_URL: endpoint }),
    },
  };
}

export function nodeHttp({ port, body = '' }: { port: number; body?: string }): Command {
  return {
    file: process.execPath,
    arguments: [path('../floors/node-http.cjs')],
    environment: { PORT: String(port), BODY: body },
  };
}

export function rawTcp({ port, reply }: { port: number; reply: string }): Command {
  return {
    file: process.execPath,
    arguments: [path('../floors/raw-tcp.cjs')],
    environment: { PORT: String(port), REPLY: reply },
  };
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
