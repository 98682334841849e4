import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { payloadLimits } from '../../lambda-api/limits.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import { serviceError } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';
import { readFunctionName } from '../functions/function-name.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import { header, isFromProgram, readWithin, send, sendFailure } from './http.ts';
import { describeInvocation } from './invocation-request.ts';
import { readTarget } from './request-target.ts';
import { streamedAnswer } from './streamed-answer.ts';

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
  const type = header(request, 'x-amz-invocation-type') ?? 'RequestResponse';
  const kind = kindOf(type, streamed !== null);
  if (kind === undefined) {
    return serviceError(400, 'InvalidParameterValueException', `Unknown invocation type: ${type}`);
  }
  const named = readFunctionName(decoded(encodedName), new URLSearchParams(query).get('Qualifier') ?? undefined);
  if ('problem' in named) return serviceError(400, 'InvalidParameterValueException', named.problem);
  const callee = find(named.name);
  return callee ? { callee, qualifier: named.qualifier, kind } : notFound(`${arnPrefix}${named.name}`);
}

async function invoke({ callee, qualifier, kind }: Call, request: IncomingMessage, response: ServerResponse) {
  const limitBytes = kind === 'Event' ? payloadLimits.asynchronousBytes : payloadLimits.synchronousBytes;
  const { body, bytes } = await readWithin(request, limitBytes);
  if (!body) {
    callee.onHint(
      `Refused the payload because it is larger than ${limitBytes} bytes, Lambda's limit. Put it into S3 and pass its key.`,
    );
    return send(response, serviceError(413, 'RequestEntityTooLargeException', tooLarge(bytes, kind, limitBytes)));
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
  if (!hasReadableContext(request)) {
    return send(response, serviceError(400, 'InvalidRequestContentException', UNREADABLE_CONTEXT));
  }
  const invocation = describeInvocation(request, kind === 'DryRun' ? 'RequestResponse' : kind, body, qualifier);
  const headers = {
    'x-amzn-requestid': invocation.requestId,
    'x-amz-executed-version': callee.config.functionVersion,
    'x-amzn-trace-id': invocation.trace,
  };
  if (kind === 'DryRun') {
    const { status, headers: own, body: text } = callee.refuse(invocation) ?? { status: 204, headers: {}, body: '' };
    return send(response, { status, headers: { ...headers, ...own }, body: text });
  }

  const sink = kind === 'Streaming' ? streamedAnswer(response, headers) : undefined;
  const answer = (reply: Reply) => {
    if (sink && reply.status === 200) sink.finish(reply);
    else send(response, { ...reply, headers: { ...headers, ...reply.headers } });
  };
  callee.invoke(invocation, answer, sink);
}

/** Of an event Lambda says how large it is. */
function tooLarge(bytes: number, kind: Call['kind'], limitBytes: number): string {
  return kind === 'Event'
    ? `${bytes} byte payload is too large for the Event invocation type (limit ${limitBytes} bytes)`
    : `Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`;
}

function notFound(arn: string): Reply {
  const { status, headers } = serviceError(404, 'ResourceNotFoundException', '');
  // This error alone has a capital M in AWS's model.
  return { status, headers, body: JSON.stringify({ Type: 'User', Message: `Function not found: ${arn}` }) };
}

/** A streamed answer has a path of its own, and no invocation type. */
function kindOf(type: string, isStreamed: boolean): Call['kind'] | undefined {
  if (type === 'DryRun') return type;
  if (isStreamed) return type === 'RequestResponse' ? 'Streaming' : undefined;
  return type === 'RequestResponse' || type === 'Event' ? type : undefined;
}

function hasReadableContext(request: IncomingMessage): boolean {
  const context = header(request, 'x-amz-client-context');
  if (context === undefined) return true;
  try {
    const value: unknown = JSON.parse(Buffer.from(context, 'base64').toString());
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

const UNREADABLE_CONTEXT = 'Client context must be a valid Base64-encoded JSON object.';

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
