import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { isFromProgram, sendFailure } from './http.ts';
import { readTarget } from './request-target.ts';

export interface Route {
  readonly method: string;
  /** May hold `:requestId`. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> | void;
}

/** The one address where the runtime and extensions call the Runtime, Extensions and Telemetry API. */
export function runtimeServer(
  routes: readonly Route[],
  { isLoopbackOnly, onHint }: { isLoopbackOnly: boolean; onHint(text: string): void },
): RequestListener {
  const byPath = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));

  return (request, response) => {
    if (!isFromProgram(request, isLoopbackOnly)) return void response.writeHead(403).end();
    const path = readTarget(request.url)?.path.split('?', 1)[0] ?? '';
    const [, requestId = ''] = INVOCATION.exec(path) ?? [];
    const route = byPath.get(`${request.method} ${requestId ? path.replace(requestId, ':requestId') : path}`);
    if (!route) return void response.writeHead(404).end();

    // A process may have written to its pipes before this call. That output is read before the next turn of the loop.
    setImmediate(() => {
      const handled = async () => route.handle(request, response, requestId);
      handled().catch((error: unknown) => sendFailure(response, error, onHint));
    });
  };
}

const INVOCATION = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(?:response|error)$/;
