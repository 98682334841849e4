import { acceptedErrorType } from '../../lambda-api/runtime-api.ts';
import type { Question, ResponseProblem, Turn } from './events-and-effects.ts';
import { finishInitIfAllReady } from './init.ts';
import { answer, invokedArn, onRuntimeDone, responseTooLarge } from './invocation.ts';
import { accepted, functionError, functionErrorOf, refusal, runtimeEvent, wrongRuntimeState } from './replies.ts';
import { finishRestoreIfReady } from './restore.ts';
import type { CallId, Invocation, Reply, RuntimeState } from './state.ts';

type Asked<T extends Question['type']> = Extract<Question, { type: T }> & { call: CallId };

/** The first call ends the registration. Every later one ends the invocation before it. */
export function onRuntimeNext(turn: Turn, { call }: Asked<'runtime-next'>) {
  const { state, effects, config } = turn;
  const { runtime, phase } = state;
  const current = phase.name === 'invoke' ? phase.invocations[0] : undefined;
  if (!isManaged(turn) && runtime.state === 'Running' && current) {
    // It asks again without an answer. AWS's code then hands out the same invocation once more.
    return void effects.push({ do: 'reply', call, reply: runtimeEvent(current, invokedArn(config, current)) });
  }
  if (!isManaged(turn) && !['Started', 'Ready', 'Restoring', 'RuntimeResponseSentState'].includes(runtime.state)) {
    return reply(turn, call, wrongRuntimeState(runtime.state, 'Ready'));
  }
  state.isRegistrationOpen = false;
  runtime.parked = [...runtime.parked.filter((parked) => !runtime.lost?.includes(parked)), call];
  runtime.lost = [];
  runtime.state = 'Ready';
  finishInitIfAllReady(turn);
  finishRestoreIfReady(turn);
  if (current && !isManaged(turn) && current.responseDoneAt) onRuntimeDone(turn, current);
}

/** Replies at once, so that nobody reads the body of a refused response. */
export function onResponseStarted(turn: Turn, { call, requestId, mode }: Asked<'response-started'>) {
  const invocation = find(turn, requestId);
  if (!invocation) return reply(turn, call, invalidRequestId);
  const refused = moveTo(turn, 'InvocationResponse');
  if (refused) return reply(turn, call, refused);

  invocation.responseStartedAt = turn.at;
  if (mode === 'streaming') {
    return void turn.effects.push({ do: 'reply', call, reply: accepted, streamTo: invocation.call });
  }
  if (mode === undefined || mode === '') return reply(turn, call, accepted);
  answer(turn, invocation, functionErrorOf('Runtime.InvalidResponseModeHeader', 'Invalid function response mode'));
  responseDone(turn, invocation, 'Runtime.InvalidResponseModeHeader');
  reply(turn, call, refusal(400, 'InvalidFunctionResponseMode', 'Invalid function response mode'));
}

export function onResponseFinished(turn: Turn, event: Asked<'response-finished'>) {
  const invocation = find(turn, event.requestId);
  if (!invocation) return reply(turn, event.call, invalidRequestId);
  const { problem } = event;
  invocation.producedBytes = event.bytes;
  const headers = { 'content-type': event.contentType ?? 'application/json' };
  if (!problem) answer(turn, invocation, { status: 200, headers, body: event.body });
  else if (problem.kind === 'too-large') answer(turn, invocation, responseTooLarge(event.bytes, problem.limitBytes));
  else if (problem.kind === 'truncated') {
    answer(turn, invocation, functionErrorOf('Runtime.TruncatedResponse', 'Response ended before it was complete'));
  } else answer(turn, invocation, streamError(problem.errorType, problem.errorBody));
  responseDone(turn, invocation, problem && errorTypeOf(problem));

  if (problem?.kind === 'too-large') return reply(turn, event.call, requestEntityTooLarge(problem.limitBytes));
  if (problem?.kind === 'truncated') {
    return reply(turn, event.call, refusal(400, 'TruncatedHTTPRequest', 'HTTP request detected as truncated'));
  }
  reply(turn, event.call, accepted);
}

/** The handler threw. For Lambda the invocation is a success even so, except on managed instances. */
export function onInvocationError(turn: Turn, { call, requestId, errorType, body }: Asked<'invocation-error'>) {
  const invocation = find(turn, requestId);
  if (!invocation) return reply(turn, call, invalidRequestId);
  const refused = moveTo(turn, 'InvocationErrorResponse');
  if (refused) return reply(turn, call, refused);
  if (isManaged(turn)) invocation.responseStartedAt = turn.at;
  answer(turn, invocation, functionError(body));
  responseDone(turn, invocation, acceptedErrorType(errorType));
  reply(turn, call, accepted);
}

/** Only records the error; the exit of the process has the consequences. */
export function onRuntimeInitError(turn: Turn, { call, errorType, body }: Asked<'runtime-init-error'>) {
  const { runtime } = turn.state;
  if (runtime.state !== 'Started') return reply(turn, call, wrongRuntimeState(runtime.state, 'InitError'));
  runtime.state = 'InitError';
  runtime.initError = { errorType: acceptedErrorType(errorType), body };
  turn.state.fatalErrorType ??= runtime.initError.errorType;
  const hint = hintAtInitError(errorType, Buffer.from(body).toString(), turn.config.handler);
  if (hint) turn.effects.push({ do: 'hint', text: hint });
  reply(turn, call, accepted);
}

function hintAtInitError(errorType: string | undefined, body: string, handler: string) {
  const file = handler.slice(0, handler.lastIndexOf('.')) || handler;
  if (/Directory import .* is not supported/.test(body)) {
    return `Cannot load handler "${handler}", because a folder "${file}" lies beside its file and comes first. Rename one of them.`;
  }
  const hints: Record<string, string> = {
    'Runtime.ImportModuleError': `Cannot load handler "${handler}". Check that ${file}.js, .mjs or .cjs is in the function's directory, and all that it imports.`,
    'Runtime.UserCodeSyntaxError': `Cannot load handler "${handler}", because its code does not parse. "import" needs .mjs, or "type": "module" in package.json.`,
    'Runtime.HandlerNotFound': `Cannot load handler "${handler}". The file exists, but it does not export that function.`,
    'Runtime.MalformedHandlerName': `Cannot load handler "${handler}". Expected file.function, as in index.handler.`,
    'Runtime.CallbackHandlerDeprecated': `Cannot load handler "${handler}". Lambda's Node.js 24 does not support a callback as third argument.`,
  };
  // For the import of a missing ES module the runtime's type is that of the error.
  const isMissing = /Cannot find (module|package) .* imported from/.test(body);
  return hints[isMissing ? 'Runtime.ImportModuleError' : (errorType ?? '')];
}

const invalidRequestId = refusal(400, 'InvalidRequestID', 'Invalid request ID');

function requestEntityTooLarge(limitBytes: number): Reply {
  return refusal(413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size (${limitBytes} bytes).`);
}

/** The invocation that a runtime may still answer. */
function find({ state: { phase } }: Turn, requestId: string): Invocation | undefined {
  if (phase.name !== 'invoke') return undefined;
  return phase.invocations.find((one) => one.requestId === requestId);
}

function moveTo(turn: Turn, target: RuntimeState): Reply | undefined {
  const { runtime } = turn.state;
  if (isManaged(turn)) return undefined;
  if (runtime.state !== 'Running') return wrongRuntimeState(runtime.state, target);
  runtime.state = target;
  return undefined;
}

/** @param errorType for the report on managed instances. */
function responseDone(turn: Turn, invocation: Invocation, errorType?: string) {
  invocation.responseDoneAt = turn.at;
  turn.state.runtime.state = 'RuntimeResponseSentState';
  if (isManaged(turn))
    onRuntimeDone(turn, invocation, errorType === undefined ? undefined : { status: 'error', errorType });
}

function errorTypeOf(problem: ResponseProblem): string {
  if (problem.kind === 'too-large') return 'Function.ResponseSizeTooLarge';
  return problem.kind === 'truncated' ? 'Runtime.TruncatedResponse' : acceptedErrorType(problem.errorType);
}

function streamError(errorType: string, errorBody: string): Reply {
  return errorBody === '' ? functionErrorOf(errorType, 'The stream ended with an error') : functionError(errorBody);
}

function isManaged({ config }: Turn): boolean {
  return config.initializationType === 'lambda-managed-instances';
}

function reply({ effects }: Turn, call: CallId, answer: Reply) {
  effects.push({ do: 'reply', call, reply: answer });
}
