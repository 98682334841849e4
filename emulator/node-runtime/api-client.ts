import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import { invocationHooks } from '../../lambda-api/invocation-hooks.ts';
import { runtimeApiHeaders as headers, runtimeApi } from '../../lambda-api/runtime-api.ts';
import type { ErrorDescription } from './error-description.ts';

// Stays on node:http, because loading undici takes 30 ms of CPU at each cold start (measured on Node 24). An import of node:http
// as a module would load it, too: it reads all exports, also the lazy WebSocket.
const { Agent, request } = process.getBuiltinModule('node:http');

export interface RuntimeInvocation {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  readonly clientContext: string | undefined;
  readonly cognitoIdentity: string | undefined;
  readonly tenantId: string | undefined;
  readonly payload: Buffer;
}

export interface OpenResponse {
  readonly request: ClientRequest;
  readonly done: Promise<void>;
}

export type ApiClient = ReturnType<typeof createApiClient>;

/** A client of the Runtime API without a time-out, because the environment may be frozen for hours. One connection is enough for one call at once. */
export function createApiClient(host: string, port: number, isConcurrent: boolean) {
  const agent = new Agent({ keepAlive: true, maxSockets: isConcurrent ? Number.POSITIVE_INFINITY : 1 });

  const open = (method: string, path: string, extra: Record<string, string | number> = {}) => {
    const call = request({ host, port, path, method, agent, headers: extra });
    const promise = new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      call.once('error', reject).once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
    });
    return { call, promise };
  };

  const post = async (path: string, body: string, extra: Record<string, string> = {}): Promise<void> => {
    const bytes = Buffer.from(body);
    const { call, promise } = open('POST', path, {
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...extra,
    });
    call.end(bytes);
    await promise;
  };

  const postError = (path: string, description: ErrorDescription) =>
    post(path, JSON.stringify(description), { [headers.errorType]: headerValue(description.errorType) });

  const next = async (): Promise<RuntimeInvocation> => {
    const { call, promise } = open('GET', runtimeApi.next);
    call.end();
    const reply = await promise;
    const value = (name: string) => utf8(reply.headers[name.toLowerCase()] as string | undefined);
    return {
      requestId: value(headers.requestId) ?? '',
      deadlineMs: Number(value(headers.deadlineMs)),
      functionArn: value(headers.functionArn) ?? '',
      traceId: value(headers.traceId) ?? '',
      clientContext: value(headers.clientContext),
      cognitoIdentity: value(headers.cognitoIdentity),
      tenantId: value(headers.tenantId),
      payload: reply.body,
    };
  };

  return {
    next: invocationHooks()?.around(next, ({ requestId, deadlineMs }) => ({ requestId, deadlineMs })) ?? next,
    post,
    response: (requestId: string, body: string) => post(runtimeApi.response(requestId), body),
    error: (requestId: string, description: ErrorDescription) => postError(runtimeApi.error(requestId), description),
    initError: (description: ErrorDescription) => postError(runtimeApi.initError, description),
    /** A response in parts. Its trailers carry an error that happens after the first part. */
    openResponse(requestId: string): OpenResponse {
      const { call, promise } = open('POST', runtimeApi.response(requestId), {
        'content-type': 'application/octet-stream',
        'transfer-encoding': 'chunked',
        trailer: `${headers.errorType}, ${headers.errorBody}`,
        [headers.responseMode]: 'streaming',
      });
      return { request: call, done: promise.then(() => {}) };
    },
  };
}

/** An error may have any name. It goes out as UTF-8, without line breaks. */
function headerValue(name: unknown): string {
  return Buffer.from(String(name ?? 'Error').replaceAll(/[^\t\P{Cc}]/gu, ' ')).toString('latin1');
}

/** Node reads header values as latin1. */
function utf8(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, 'latin1').toString();
}
