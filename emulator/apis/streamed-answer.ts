import type { ServerResponse } from 'node:http';
import type { StreamSink } from '../environment/environment.ts';
import type { Reply } from '../environment/state.ts';
import { invokeComplete, payloadChunk } from './event-stream.ts';
import { encodeHeaders, writeInTime } from './http.ts';

/** Frames a response for InvokeWithResponseStream. */
export function streamedAnswer(
  response: ServerResponse,
  headers: Record<string, string>,
): StreamSink & { finish(reply: Reply): void } {
  const start = (contentType: string | undefined) => {
    if (response.headersSent) return;
    const type = contentType === undefined ? {} : { 'x-amzn-remapped-content-type': contentType };
    response.writeHead(200, {
      ...encodeHeaders({ ...headers, ...type }),
      'content-type': 'application/vnd.amazon.eventstream',
    });
  };
  const write = (chunk: Uint8Array) => writeInTime(response, payloadChunk(chunk));
  return {
    start,
    write,
    finish(reply) {
      start(reply.headers['content-type']);
      const isError = reply.headers['x-amz-function-error'] !== undefined;
      const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
      if (!isError && body.length > 0) void write(body);
      const log = reply.headers['x-amz-log-result'];
      response.end(
        invokeComplete({
          ...(isError ? { ErrorCode: 'Unhandled', ErrorDetails: Buffer.from(body).toString() } : {}),
          ...(log === undefined ? {} : { LogResult: log }),
        }),
      );
    },
  };
}
