import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { payloadLimits } from '../../lambda-api/limits.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';
import { readFunctionName } from '../functions/function-name.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import { header, isFromProgram, readBody, send, sendFailure } from './http.ts';
import { describeInvocation } from './invocation-request.ts';
import { readTarget } from './request-target.ts';
import { streamedAnswer } from './streamed-answer.ts';

export const LIMITS = {
  requestBytes: payloadLimits.synchronousBytes,
  eventBytes: payloadLimits.asynchronousBytes,
} as const;

const BUFFERED = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const STREAMED = /^\/2021-11-15\/functions\/([^/]+)\/response-streaming-invocations$/;

export interface InvokeApiOptions {
  readonly isLoopbackOnly: boolean;
  /** The function of that name; undefined if there is none. */
  find(name: string): LocalFunction | undefined;
  /** For the message about a name that nobody has: the ARN without the name. */
  readonly arnPrefix: string;
}

/** The Invoke API, at the paths of AWS and of RIE. */
export function invokeApi(options: InvokeApiOptions): RequestListener {
  return (request, response) => {
    const called = readCall(request, options);
    if ('status' in called) {
      request.resume();
      return send(response, called);
    }
    invoke(called, request, response).catch((error) => sendFailure(response, error, called.callee.onHint));
  };
}

/** What a request calls, and how. */
interface Call {
  readonly callee: LocalFunction;
  readonly qualifier: string | undefined;
  readonly kind: InvocationRequest['kind'] | 'DryRun';
}

function readCall(request: IncomingMessage, { isLoopbackOnly, find, arnPrefix }: InvokeApiOptions): Call | Reply {
  if (!isFromProgram(request, isLoopbackOnly)) {
    return serviceError(
      403,
      'AccessDeniedException',
      'Web pages, and names other than localhost, may not invoke functions here.',
    );
  }
  const [path = '', query] = (readTarget(request.url)?.path ?? '').split('?', 2);
  const streamed = STREAMED.exec(path);
  const [, encodedName] = streamed ?? BUFFERED.exec(path) ?? [];
  if (encodedName === undefined) {
    return serviceError(404, 'UnknownOperationException', 'POST to /2015-03-31/functions/function/invocations');
  }
  if (request.method !== 'POST') return serviceError(405, 'MethodNotAllowedException', 'Use POST.');
  const kind = streamed ? 'Streaming' : (header(request, 'x-amz-invocation-type') ?? 'RequestResponse');
  if (!isKnownKind(kind)) {
    return serviceError(400, 'InvalidParameterValueException', `Unknown invocation type: ${kind}`);
  }
  const named = readFunctionName(decoded(encodedName), new URLSearchParams(query).get('Qualifier') ?? undefined);
  if ('problem' in named) return serviceError(400, 'InvalidParameterValueException', named.problem);
  const callee = find(named.name);
  return callee ? { callee, qualifier: named.qualifier, kind } : notFound(`${arnPrefix}${named.name}`);
}

async function invoke({ callee, qualifier, kind }: Call, request: IncomingMessage, response: ServerResponse) {
  const limitBytes = kind === 'Event' ? LIMITS.eventBytes : LIMITS.requestBytes;
  const body = await readBody(request, limitBytes);
  if (!body) {
    callee.onHint(
      `Refused the payload because it is larger than ${limitBytes} bytes, Lambda's limit. Put it into S3 and pass its key.`,
    );
    const message = `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
    return send(response, serviceError(413, 'RequestTooLargeException', message));
  }
  const problem = problemOfJson(body);
  if (problem) {
    callee.onHint(
      `Refused the payload because it is not JSON: ${problem}. With curl, put it into single quotes: -d '{"key":"value"}'.`,
    );
    return send(
      response,
      serviceError(400, 'InvalidRequestContentException', `Could not parse request body into json: ${problem}`),
    );
  }
  const invocation = describeInvocation(request, kind === 'DryRun' ? 'RequestResponse' : kind, body, qualifier);
  const headers = {
    'x-amzn-requestid': invocation.requestId,
    'x-amz-executed-version': callee.config.functionVersion,
    'x-amzn-trace-id': invocation.trace,
  };
  if (kind === 'DryRun') return send(response, { status: 204, headers, body: '' });

  const sink = kind === 'Streaming' ? streamedAnswer(response, headers) : undefined;
  const answer = (reply: Reply) => {
    if (sink && reply.status === 200) sink.finish(reply);
    else send(response, { ...reply, headers: { ...headers, ...reply.headers } });
  };
  callee.invoke(invocation, answer, sink);
}

function notFound(arn: string): Reply {
  const { status, headers } = serviceError(404, 'ResourceNotFoundException', '');
  // This error alone has a capital M in AWS's model.
  return { status, headers, body: JSON.stringify({ Type: 'User', Message: `Function not found: ${arn}` }) };
}

function isKnownKind(kind: string): kind is Call['kind'] {
  return ['RequestResponse', 'Event', 'DryRun', 'Streaming'].includes(kind);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
