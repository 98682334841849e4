import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { payloadLimits } from '../../lambda-api/limits.ts';
import { header, hostOf, isLoopbackHost, readBody, sendFailure } from '../apis/http.ts';
import { newInvocationRequest } from '../apis/invocation-request.ts';
import { readTarget } from '../apis/request-target.ts';
import type { Reply } from '../environment/state.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import { answerTo, type ClientAnswer } from './answer-to.ts';
import { type Cors, corsHeaders, isAllowed, preflightHeaders } from './cors.ts';
import { httpAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';

export interface HttpFrontOptions {
  readonly isLoopbackOnly: boolean;
  readonly cors: Cors | undefined;
}

/** A function URL: turns requests into events of payload 2.0, and what the function returns into HTTP. */
export function httpFront(callee: LocalFunction, options: HttpFrontOptions): RequestListener {
  return (request, response) => {
    const refused = whyRefused(request, options);
    if (refused !== undefined) {
      callee.onHint(refused);
      request.resume();
      return void response.writeHead(403, { 'content-type': 'text/plain' }).end(`${refused}\n`);
    }
    const target = readTarget(request.url)?.path;
    if (target === undefined) {
      callee.onHint(`Refused ${request.method} ${request.url}, because it names no path.`);
      request.resume();
      return void response.writeHead(400).end();
    }
    serve(callee, options, request, response, target).catch((error) => sendFailure(response, error, callee.onHint));
  };
}

async function serve(
  callee: LocalFunction,
  { cors }: HttpFrontOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
) {
  const origin = header(request, 'origin');
  if (cors && origin !== undefined && isPreflight(request)) {
    request.resume();
    const allowed = preflightHeaders(cors, origin, { headers: header(request, 'access-control-request-headers') });
    return void response.writeHead(200, allowed.flat()).end();
  }
  const body = await readBody(request, payloadLimits.synchronousBytes);
  const client = answerTo(response, cors ? corsHeaders(cors, origin) : [], callee.onHint);
  if (!body) {
    callee.onHint(
      `Refused a request because its body is larger than ${payloadLimits.synchronousBytes} bytes, Lambda's limit.`,
    );
    return client.fail(413, 'Request Entity Too Large');
  }

  const invocation = newInvocationRequest({
    kind: 'Streaming',
    payload: Buffer.alloc(0),
    trace: header(request, 'x-amzn-trace-id'),
  });
  const { requestId, trace } = invocation;
  const sent = {
    method: request.method ?? 'GET',
    target,
    httpVersion: request.httpVersion,
    rawHeaders: request.rawHeaders,
    sourceIp: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
    body,
  };
  const port = request.socket.localPort ?? 80;
  const event = httpEvent(sent, { requestId, trace, timeMs: Date.now(), port, apiId: callee.config.functionName });
  const payload = Buffer.from(JSON.stringify(event));
  callee.invoke({ ...invocation, payload }, (reply) => finish(client, reply), client.sink);
}

/** The end of a streamed answer, or the whole of any other. */
function finish(client: ClientAnswer, reply: Reply) {
  if (client.hasBegun()) return client.end(reply);
  if (reply.status === 429) return client.fail(429, 'Too Many Requests');
  if (reply.status !== 200) return client.fail(502, 'Internal Server Error');
  if (reply.headers['x-amz-function-error'] !== undefined) return client.fail(502, 'Internal Server Error');
  const answer = httpAnswer(Buffer.from(reply.body));
  if ('problem' in answer) return client.refuse(answer.problem);
  client.send(answer);
}

/**
 * A function URL takes requests of every page. Here a page of the internet must not reach the function, unless CORS allows it;
 * pages of this machine may, as the function may answer CORS itself.
 */
function whyRefused(request: IncomingMessage, { isLoopbackOnly, cors }: HttpFrontOptions): string | undefined {
  if (!isLoopbackOnly) return undefined;
  const host = hostOf(request);
  if (!isLoopbackHost(host))
    return `Refused a request for ${host}: only names of this machine are served, such as localhost.`;
  const origin = header(request, 'origin') ?? originOfPart(request);
  if (origin === undefined || isLoopbackHost(origin.replace(/^https?:\/\//, ''))) return undefined;
  if (cors && isAllowed(cors, origin)) return undefined;
  return `Refused a request of a page from ${origin}. --cors ${origin} lets it in.`;
}

/**
 * A browser sends no Origin with what a page loads by GET, such as an image, a script or a frame, but it says that the page is of another
 * site. A link to the function is not a part of a page: the user follows it, or a sign-in leads back.
 */
function originOfPart(request: IncomingMessage): string | undefined {
  if (header(request, 'sec-fetch-site') !== 'cross-site') return undefined;
  if (header(request, 'sec-fetch-dest') === 'document') return undefined;
  const referer = header(request, 'referer');
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : 'null';
}

function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && header(request, 'access-control-request-method') !== undefined;
}
