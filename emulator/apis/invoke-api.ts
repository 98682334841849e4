import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { payloadLimits } from '../../lambda-api/limits.ts';
import type { Environment, StreamSink } from '../environment/environment.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';
import { invokeComplete, payloadChunk } from './event-stream.ts';
import { encodeHeaders, header, isFromProgram, readBody, send, sendFailure } from './http.ts';

export const LIMITS = {
  requestBytes: payloadLimits.synchronousBytes,
  eventBytes: payloadLimits.asynchronousBytes,
} as const;

const BUFFERED = /^\/2015-03-31\/functions\/[^/]+\/invocations$/;
const STREAMED = /^\/2021-11-15\/functions\/[^/]+\/response-streaming-invocations$/;

export interface InvokeApiOptions {
  readonly isLoopbackOnly: boolean;
  readonly functionVersion: string;
  onHint(text: string): void;
}

/** The Invoke API for any function name, at the paths of AWS and of RIE. */
export function invokeApi(environment: Environment, options: InvokeApiOptions): RequestListener {
  return (request, response) => {
    const problem = refuse(request, options.isLoopbackOnly);
    if (problem) {
      request.resume();
      return send(response, problem);
    }
    invoke(environment, options, request, response).catch((error) => sendFailure(response, error, options.onHint));
  };
}

async function invoke(
  environment: Environment,
  { functionVersion, onHint }: InvokeApiOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isStreamed = STREAMED.test(pathOf(request));
  const kind = isStreamed ? 'Streaming' : (header(request, 'x-amz-invocation-type') ?? 'RequestResponse');
  if (!isKnownKind(kind)) {
    request.resume();
    return send(response, serviceError(400, 'InvalidParameterValueException', `Unknown invocation type: ${kind}`));
  }
  const limitBytes = kind === 'Event' ? LIMITS.eventBytes : LIMITS.requestBytes;
  const body = await readBody(request, limitBytes);
  if (!body) {
    onHint(
      `Refused the payload because it is larger than ${limitBytes} bytes, Lambda's limit. Put it into S3 and pass its key.`,
    );
    const message = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
    return send(response, serviceError(413, 'RequestTooLargeException', message));
  }
  const problem = problemOfJson(body);
  if (problem) {
    onHint(
      `Refused the payload because it is not JSON: ${problem}. With curl, put it into single quotes: -d '{"key":"value"}'.`,
    );
    return send(
      response,
      serviceError(400, 'InvalidRequestContentException', `Could not parse request body into json: ${problem}`),
    );
  }
  const invocation = describeInvocation(request, kind === 'DryRun' ? 'RequestResponse' : kind, body);
  const headers = {
    'x-amzn-requestid': invocation.requestId,
    'x-amz-executed-version': functionVersion,
    'x-amzn-trace-id': invocation.trace,
  };
  if (kind === 'DryRun') return send(response, { status: 204, headers, body: '' });

  const sink = isStreamed ? streamTo(response, headers) : undefined;
  const answer = (reply: Reply) => {
    if (sink && reply.status === 200) sink.finish(reply);
    else send(response, { ...reply, headers: { ...headers, ...reply.headers } });
  };
  environment.ask({ type: 'invoke', invocation }, answer, sink);
}

function refuse(request: IncomingMessage, isLoopbackOnly: boolean): Reply | undefined {
  if (!isFromProgram(request, isLoopbackOnly)) {
    return serviceError(
      403,
      'AccessDeniedException',
      'Web pages, and names other than localhost, may not invoke functions here.',
    );
  }
  const path = pathOf(request);
  if (!BUFFERED.test(path) && !STREAMED.test(path)) {
    return serviceError(404, 'UnknownOperationException', 'POST to /2015-03-31/functions/function/invocations');
  }
  return request.method === 'POST' ? undefined : serviceError(405, 'MethodNotAllowedException', 'Use POST.');
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function isKnownKind(kind: string): kind is InvocationRequest['kind'] | 'DryRun' {
  return ['RequestResponse', 'Event', 'DryRun', 'Streaming'].includes(kind);
}

function problemOfJson(body: Buffer): string | undefined {
  if (body.length === 0) return undefined;
  try {
    JSON.parse(body.toString());
    return undefined;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

function describeInvocation(
  request: IncomingMessage,
  kind: InvocationRequest['kind'],
  body: Buffer,
): InvocationRequest {
  const context = header(request, 'x-amz-client-context');
  return newInvocationRequest({
    kind,
    payload: body,
    wantsLogTail: header(request, 'x-amz-log-type') === 'Tail' && kind !== 'Event',
    trace: header(request, 'x-amzn-trace-id'),
    clientContext: context === undefined ? undefined : Buffer.from(context, 'base64').toString(),
    tenantId: header(request, 'x-amz-tenant-id'),
  });
}

/** Adds what Lambda creates for each invocation: its id, and a trace if the caller sends none. */
export function newInvocationRequest(given: {
  kind: InvocationRequest['kind'];
  payload: Uint8Array;
  wantsLogTail?: boolean | undefined;
  trace?: string | undefined;
  clientContext?: string | undefined;
  cognitoIdentity?: string | undefined;
  tenantId?: string | undefined;
}): InvocationRequest {
  const spanId = randomBytes(8).toString('hex');
  return {
    requestId: randomUUID(),
    kind: given.kind,
    payload: given.payload.length === 0 ? Buffer.from('{}') : given.payload,
    wantsLogTail: given.wantsLogTail ?? false,
    trace: given.trace ?? newTrace(),
    spanId,
    clientContext: given.clientContext,
    cognitoIdentity: given.cognitoIdentity,
    tenantId: given.tenantId,
  };
}

function newTrace(): string {
  const epochSeconds = Math.floor(Date.now() / 1_000).toString(16);
  const random = randomBytes(20).toString('hex');
  return `Root=1-${epochSeconds}-${random.slice(0, 24)};Parent=${random.slice(24)};Sampled=0`;
}

/** Frames a response for InvokeWithResponseStream. */
function streamTo(
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
  const write = (chunk: Uint8Array) => {
    // After a time-out on managed instances the code runs on, and may still send parts.
    if (!response.writableEnded) response.write(payloadChunk(chunk));
  };
  return {
    start,
    write,
    finish(reply) {
      start(reply.headers['content-type']);
      const isError = reply.headers['x-amz-function-error'] !== undefined;
      const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
      if (!isError && body.length > 0) write(body);
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
