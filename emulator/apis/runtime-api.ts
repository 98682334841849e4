import type { IncomingMessage, ServerResponse } from 'node:http';
import { payloadLimits } from '../../lambda-api/limits.ts';
import { runtimeApiHeaders as headers, MAX_RESPONSE_BYTES, runtimeApi } from '../../lambda-api/runtime-api.ts';
import type { Environment, StreamSink } from '../environment/environment.ts';
import type { ResponseProblem } from '../environment/events-and-effects.ts';
import type { Reply } from '../environment/state.ts';
import { ask } from './ask.ts';
import { eachChunk, header, readBody, send } from './http.ts';
import type { Route } from './runtime-server.ts';

/** Runtime API 2018-06-01. */
export function runtimeApiRoutes(environment: Environment): Route[] {
  return [
    {
      method: 'GET',
      path: runtimeApi.ping,
      handle: (_request, response) =>
        send(response, { status: 200, headers: { 'content-type': 'text/plain' }, body: 'pong' }),
    },
    {
      method: 'GET',
      path: runtimeApi.next,
      handle: (_request, response) => ask(environment, response, { type: 'runtime-next' }),
    },
    {
      method: 'POST',
      path: runtimeApi.initError,
      async handle(request, response) {
        const body = (await readBody(request, MAX_RESPONSE_BYTES)) ?? Buffer.alloc(0);
        ask(environment, response, { type: 'runtime-init-error', errorType: header(request, headers.errorType), body });
      },
    },
    {
      method: 'POST',
      path: runtimeApi.response(':requestId'),
      handle: (request, response, requestId) => takeResponse(environment, request, response, requestId),
    },
    {
      method: 'POST',
      path: runtimeApi.error(':requestId'),
      async handle(request, response, requestId) {
        const body = (await readBody(request, MAX_RESPONSE_BYTES)) ?? Buffer.alloc(0);
        const errorType = header(request, headers.errorType);
        ask(environment, response, { type: 'invocation-error', requestId, errorType, body });
      },
    },
  ];
}

async function takeResponse(
  environment: Environment,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const mode = header(request, headers.responseMode);
  const { reply, sink } = await new Promise<{ reply: Reply; sink: StreamSink | undefined }>((resolve) => {
    environment.ask({ type: 'response-started', requestId, mode }, (reply, sink) => resolve({ reply, sink }));
  });
  if (reply.status !== 202) {
    send(response, reply);
    return void request.resume();
  }

  const contentType = header(request, 'content-type');
  const { body, bytes, problem } = await receive(request, contentType, sink, mode === 'streaming');
  ask(environment, response, { type: 'response-finished', requestId, body, contentType, bytes, problem });
}

interface Received {
  body: Uint8Array;
  bytes: number;
  problem: ResponseProblem | undefined;
}

/** Reads the body, or passes it on to the sink part by part, as fast as that takes them. */
async function receive(
  request: IncomingMessage,
  contentType: string | undefined,
  sink: StreamSink | undefined,
  isStreaming: boolean,
): Promise<Received> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  sink?.start(contentType);
  try {
    await eachChunk(request, (chunk) => {
      bytes += chunk.length;
      if (isStreaming && bytes > payloadLimits.streamedBytes) throw new TooLarge();
      if (sink) return sink.write(chunk);
      if (bytes <= MAX_RESPONSE_BYTES) chunks.push(chunk);
      return undefined;
    });
  } catch (error) {
    if (!(error instanceof TooLarge)) return { body: EMPTY, bytes, problem: { kind: 'truncated' } };
    request.resume();
    return { body: EMPTY, bytes, problem: { kind: 'too-large', limitBytes: payloadLimits.streamedBytes } };
  }
  const errorType = request.trailers[headers.errorType.toLowerCase()];
  if (typeof errorType === 'string') {
    const encoded = request.trailers[headers.errorBody.toLowerCase()] ?? '';
    const errorBody = Buffer.from(String(encoded), 'base64').toString();
    return { body: EMPTY, bytes, problem: { kind: 'stream-error', errorType, errorBody } };
  }
  if (!sink && bytes > MAX_RESPONSE_BYTES)
    return { body: EMPTY, bytes, problem: { kind: 'too-large', limitBytes: MAX_RESPONSE_BYTES } };
  return { body: chunks.length === 1 ? (chunks[0] ?? EMPTY) : Buffer.concat(chunks), bytes, problem: undefined };
}

const EMPTY = Buffer.alloc(0);

/** A streamed answer is cut at its limit: it may have no end. */
class TooLarge extends Error {}
