import type { ServerResponse } from 'node:http';
import type { Log, RequestHandler, Sensitive } from '../sdk/index.ts';
import type { ReadValue } from './read-value.ts';
import { route, type Wanted } from './routes.ts';
import { judgeUpstreamError } from './upstream-error.ts';

/** Answers as AWS's Parameters and Secrets extension does. */
export function secretsServer({ token, read, log }: SecretsServerOptions): RequestHandler {
  return async (request, response) => {
    const wanted = route(request, token);
    if (wanted.kind === 'refused') {
      answer(response, wanted.status, wanted.reason);
      return;
    }
    try {
      answer(response, 200, await read(wanted));
    } catch (error) {
      const { status, code, message, requestId } = judgeUpstreamError(error);
      log.error(`${describe(wanted)} failed: ${code}: ${message}${requestId ? ` (request id ${requestId})` : ''}`);
      answer(response, status, status === 400 ? AWS_400_BODY : `${describe(wanted)} failed: ${code}: ${message}`, code);
    }
  };
}

interface SecretsServerOptions {
  token: Sensitive;
  read: ReadValue;
  log: Log;
}

function answer(response: ServerResponse, status: number, body: string | Buffer, code?: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain',
    'Content-Length': Buffer.byteLength(body),
    ...(status === 405 ? { Allow: 'GET' } : {}),
    ...(code === undefined ? {} : { 'X-Extension-Error': code.replace(/[^\x21-\x7e]/g, '?') }),
  });
  response.end(body);
}

function describe(wanted: Wanted): string {
  return wanted.kind === 'secret'
    ? `GetSecretValue of ${wanted.request.secretId}`
    : `GetParameter of ${wanted.request.name}`;
}

/** Clients of AWS's extension know no other text for what AWS refused. */
const AWS_400_BODY = 'an unexpected error occurred while executing request';
