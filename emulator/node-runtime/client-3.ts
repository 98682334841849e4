import * as nodeModule from 'node:module';
import { runtimeApiHeaders as headers, runtimeApi } from '../../lambda-api/runtime-api.ts';
import { createApiClient } from './api-client.ts';
import { type RuntimeAddress, startPoster } from './waiting-poster.ts';

/**
 * Up to Node.js 22 Lambda runs AWS's runtime client 3, and so do we: the code is AWS's own. Only its addon, which npm would compile
 * for minutes, has a stand-in.
 * @param main The entry of this process, which a thread of it runs, too.
 */
export async function runClient3(main: URL, taskRoot: string, handler: string, runtime: RuntimeAddress): Promise<void> {
  standIn('./rapid-client.node', createAddon(main, runtime));
  const { run } = await import('aws-lambda-ric-3');
  await run(taskRoot, handler);
}

/** Of the addon's calls only `next` lets the process work meanwhile. The client relies on that: it ends right after it has reported an error. */
function createAddon(main: URL, { host, port }: RuntimeAddress): Addon {
  const client = createApiClient(host, port, false);
  const post = startPoster(main, { host, port });
  return {
    async next() {
      const invocation = await client.next();
      const named = [
        [headers.requestId, invocation.requestId],
        [headers.deadlineMs, invocation.deadlineMs],
        [headers.functionArn, invocation.functionArn],
        [headers.traceId, invocation.traceId],
        [headers.clientContext, invocation.clientContext],
        [headers.cognitoIdentity, invocation.cognitoIdentity],
        [headers.tenantId, invocation.tenantId],
      ] as const;
      const defined = named.filter(([, value]) => value).map(([name, value]) => [name.toLowerCase(), value]);
      return { bodyJson: invocation.payload.toString(), headers: Object.fromEntries(defined) };
    },
    done: (requestId, body) => post(runtimeApi.response(requestId), text(body)),
    error: (requestId, body) => post(runtimeApi.error(requestId), text(body)),
  };
}

interface Addon {
  next(): Promise<{ bodyJson: string; headers: Record<string, string | number> }>;
  done(requestId: string, body: unknown): void;
  error(requestId: string, body: unknown): void;
}

/** The error is the addon's: a function or a symbol as the result has no JSON. */
function text(body: unknown): string {
  if (typeof body !== 'string') throw new TypeError('Wrong arguments');
  return body;
}

/** A `require` of the name returns the value. */
function standIn(name: string, value: unknown): void {
  const loader = nodeModule.Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    return request === name ? value : load.call(this, request, ...rest);
  };
}
