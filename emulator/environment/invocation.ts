import type { Outcome, PlatformRecord, Status } from '../../lambda-api/telemetry-api.ts';
import type { InvocationRequest, Turn } from './events-and-effects.ts';
import { hintAtMissingNext } from './extension-hints.ts';
import { reportRecord, runtimeDoneRecord, startRecord } from './platform-records.ts';
import { extensionEvent, functionErrorOf, runtimeEvent } from './replies.ts';
import { startShutdown } from './shutdown.ts';
import {
  type Extension,
  type FunctionConfiguration,
  type Invocation,
  later,
  type Moment,
  type Reply,
  timeoutMsOf,
} from './state.ts';

export function newInvocation(request: InvocationRequest, call: number, at: Moment): Invocation {
  return {
    ...request,
    call,
    begunAt: at,
    deadlineMs: 0,
    initDurationMs: undefined,
    restoreDurationMs: undefined,
    handedAt: undefined,
    responseStartedAt: undefined,
    responseDoneAt: undefined,
    runtimeDoneAt: undefined,
    producedBytes: 0,
    answer: undefined,
    isAnswered: false,
  };
}

/** The invocation's time starts here; with a suppressed init that is before the init. */
export function beginInvocation(turn: Turn, invocation: Invocation) {
  const { at, config, effects, state } = turn;
  const timeoutMs = timeoutMsOf(config, invocation);
  invocation.begunAt = at;
  invocation.deadlineMs = later(at, timeoutMs).wallMs;
  invocation.initDurationMs = config.initializationType === 'on-demand' ? state.initDurationMs : undefined;
  invocation.restoreDurationMs = state.restoreDurationMs;
  state.initDurationMs = undefined;
  state.restoreDurationMs = undefined;
  effects.push({ do: 'set-timer', timer: timerOf(turn, invocation), ms: timeoutMs });
}

/** Hands the invocation to its extensions and the runtime, which all wait in `next`. */
export function handOver(turn: Turn, invocation: Invocation) {
  const { state, effects, config, at } = turn;
  if (state.isFrozen) {
    state.isFrozen = false;
    effects.push({ do: 'thaw' });
  }
  const running = state.phase.name === 'invoke' ? state.phase.invocations : [];
  state.phase = { name: 'invoke', invocations: [...running, invocation] };
  for (const extension of state.extensions.filter(isSubscribedToInvoke)) {
    if (!extension.parked) continue;
    hintAtLostNext(turn, extension);
    const event = {
      eventType: 'INVOKE' as const,
      deadlineMs: Math.round(invocation.deadlineMs),
      requestId: invocation.requestId,
      invokedFunctionArn: invokedArn(config, invocation),
      tracing: { type: 'X-Amzn-Trace-Id', value: invocation.trace },
    };
    effects.push({
      do: 'reply',
      call: extension.parked.call,
      reply: extensionEvent(event, extension.parked.eventIdentifier),
    });
    extension.parked = undefined;
    extension.state = 'Running';
  }

  const [call, ...others] = state.runtime.parked;
  if (call !== undefined) {
    effects.push({ do: 'reply', call, reply: runtimeEvent(invocation, invokedArn(config, invocation)) });
    state.runtime.parked = others;
    state.runtime.state = 'Running';
    invocation.handedAt = at;
  }
  // After the replies, because processes wait for those. No other event can come before this turn of the loop ends.
  record(turn, startRecord(invocation, turn.config));
}

/** Given when the event is lost and not at the hang-up, because a process that was killed hangs up too. */
export function hintAtLostNext({ effects }: Turn, { name, parked }: Extension) {
  if (!parked?.isLost) return;
  effects.push({
    do: 'hint',
    text:
      `"${name}" hung up while it waited in /event/next, so its event is lost. Remove the time-out of its HTTP client ` +
      'there: the environment may be frozen for hours.',
  });
}

/** Answers the caller as soon as the runtime has posted, unless the caller also wants the log's tail. */
export function answer(turn: Turn, invocation: Invocation, reply: Reply) {
  if (invocation.isAnswered) return;
  if (invocation.wantsLogTail && invocation.answer === undefined) {
    invocation.answer = reply;
    return;
  }
  invocation.isAnswered = true;
  turn.effects.push({ do: 'answer', invocation, reply: invocation.answer ?? reply });
}

/** The runtime has finished the invocation and asks for the next. */
export function onRuntimeDone(turn: Turn, invocation: Invocation, outcome = SUCCESS) {
  recordRuntimeDone(turn, invocation, outcome);
  finishIfAllReady(turn, outcome);
}

/** Ends the invocation once the runtime and every extension that subscribed to INVOKE have asked for the next one. */
export function finishIfAllReady(turn: Turn, outcome = SUCCESS) {
  const { state } = turn;
  if (state.phase.name !== 'invoke') return;
  if (state.extensions.filter(isSubscribedToInvoke).some(({ state }) => state !== 'Ready')) return;

  for (const invocation of state.phase.invocations.filter(({ runtimeDoneAt }) => runtimeDoneAt !== undefined)) {
    finish(turn, invocation, outcome);
  }
}

/** Ends an invocation at its time-out. The environment is reset, except on managed instances, where the code runs on. */
export function onInvokeTimeout(turn: Turn, requestId: string | undefined) {
  const { state, effects, config, at } = turn;
  const invocation = findTimedOut(turn, requestId);
  if (!invocation) return;

  if (invocation.runtimeDoneAt !== undefined) hintAtMissingNext(turn);
  const seconds = (timeoutMsOf(config, invocation) / 1_000).toFixed(2);
  const message = `Task timed out after ${seconds} seconds`;
  effects.push({ do: 'log', line: `${new Date(at.wallMs).toISOString()} ${invocation.requestId} ${message}` });
  fail(
    turn,
    invocation,
    'timeout',
    undefined,
    functionErrorOf('Sandbox.Timedout', `RequestId: ${invocation.requestId} Error: ${message}`),
  );
  if (config.initializationType !== 'lambda-managed-instances' || state.phase.name === 'init') {
    startShutdown(turn, 'timeout', 'retry');
  }
}

/** A process of the environment failed: all its invocations fail. */
export function failAll(turn: Turn, errorType: string, reason: string, body?: Uint8Array) {
  const { phase } = turn.state;
  const invocations = phase.name === 'invoke' ? phase.invocations : phase.name === 'init' ? [phase.invocation] : [];
  for (const invocation of invocations) {
    if (!invocation) continue;
    const line = `RequestId: ${invocation.requestId} Error: ${reason}`;
    turn.effects.push({ do: 'log', line: `${line} ${errorType}` });
    const reply = functionErrorOf(errorType, line);
    fail(turn, invocation, statusOf(errorType), errorType, body ? { ...reply, body } : reply);
  }
}

/** Fails an invocation that no process got. */
export function failUnbegun(turn: Turn, invocation: Invocation, status: Status, errorType: string, reply: Reply) {
  beginInvocation(turn, invocation);
  fail(turn, invocation, status, errorType, reply);
}

/** With the alias or version that the caller named. */
export function invokedArn({ functionArn }: FunctionConfiguration, { qualifier }: Invocation): string {
  return qualifier === undefined ? functionArn : `${functionArn}:${qualifier}`;
}

export function statusOf(errorType: string): Status {
  return errorType.startsWith('Sandbox.') ? 'failure' : 'error';
}

export function isSubscribedToInvoke({ events }: Extension): boolean {
  return events.includes('INVOKE');
}

export function responseTooLarge(bytes: number, limitBytes: number): Reply {
  const message = `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${limitBytes} bytes).`;
  return functionErrorOf('Function.ResponseSizeTooLarge', message);
}

function fail(turn: Turn, invocation: Invocation, status: Status, errorType: string | undefined, reply: Reply) {
  // A suppressed init or a restore that fails still shows the start of its invocation.
  if (turn.state.phase.name === 'init' || turn.state.phase.name === 'restore')
    record(turn, startRecord(invocation, turn.config));
  const outcome = errorType === undefined ? { status } : { status, errorType };
  if (invocation.runtimeDoneAt === undefined) recordRuntimeDone(turn, invocation, outcome);
  if (invocation.answer) answer(turn, invocation, invocation.answer);
  else if (!invocation.isAnswered) {
    invocation.answer = reply;
    answer(turn, invocation, reply);
  }
  finish(turn, invocation, outcome);
}

function finish(turn: Turn, invocation: Invocation, outcome: Outcome) {
  const { state, effects, at, config } = turn;
  effects.push({ do: 'clear-timer', timer: timerOf(turn, invocation) });
  record(turn, reportRecord(invocation, outcome, at, config, state.extensions.some(isSubscribedToInvoke)));
  if (invocation.answer) answer(turn, invocation, invocation.answer);
  if (state.phase.name !== 'invoke') return;
  const invocations = state.phase.invocations.filter(({ requestId }) => requestId !== invocation.requestId);
  state.phase = invocations.length > 0 ? { name: 'invoke', invocations } : { name: 'idle' };
}

function recordRuntimeDone(turn: Turn, invocation: Invocation, outcome: Outcome) {
  invocation.runtimeDoneAt = turn.at;
  // AWS: not sent on managed instances.
  if (turn.config.initializationType === 'lambda-managed-instances') return;
  record(turn, runtimeDoneRecord(invocation, outcome, turn.at));
}

function record({ effects }: Turn, platformRecord: PlatformRecord) {
  effects.push({ do: 'record', record: platformRecord });
}

function timerOf({ config }: Turn, { requestId }: Invocation): string {
  return config.concurrency > 1 ? `invoke ${requestId}` : 'invoke';
}

function findTimedOut({ state: { phase } }: Turn, requestId: string | undefined): Invocation | undefined {
  if (phase.name === 'init') return phase.invocation;
  if (phase.name !== 'invoke') return undefined;
  return requestId === undefined ? phase.invocations[0] : phase.invocations.find((one) => one.requestId === requestId);
}

const SUCCESS: Outcome = { status: 'success' };
