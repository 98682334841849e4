import { finishDraining, onShutdownAsked, stopDraining } from './draining.ts';
import type { Effect, PhaseEvent, Turn } from './events-and-effects.ts';
import { onEffectFailed, onExited, onLaunchFailure } from './failures.ts';
import { onExtensionsFound, onInitTimeout, startInit } from './init.ts';
import { beginInvocation, handOver, newInvocation, onInvokeTimeout } from './invocation.ts';
import { onExtensionError, onExtensionNext, onRegister, onSubscribe } from './registrations.ts';
import { serviceError, shuttingDown } from './replies.ts';
import { onRestoreTimeout, startRestore } from './restore.ts';
import {
  onInvocationError,
  onResponseFinished,
  onResponseStarted,
  onRuntimeInitError,
  onRuntimeNext,
} from './runtime.ts';
import { onRuntimeRestoreError, onRuntimeRestoreNext } from './runtime-restore.ts';
import { onShutdownTimer, startShutdown } from './shutdown.ts';
import { copyState, type FunctionConfiguration, type Moment, type State } from './state.ts';

/** Returns the state that follows an event, and the effects to carry out. Pure: it depends on its arguments alone. */
export function step(
  state: State,
  event: PhaseEvent,
  at: Moment,
  config: FunctionConfiguration,
): { state: State; effects: Effect[] } {
  const turn: Turn = { state: copyState(state), effects: [], at, config };
  take(turn, event);
  settle(turn);
  // Only when it becomes idle: somebody who thaws an idle environment wants it awake.
  if (turn.state.phase.name === 'idle' && state.phase.name !== 'idle' && !turn.state.draining) rest(turn);
  if (turn.state.phase.name === 'snapshot' && state.phase.name !== 'snapshot' && config.freezes) freeze(turn);
  return { state: turn.state, effects: turn.effects };
}

function take(turn: Turn, event: PhaseEvent) {
  switch (event.type) {
    case 'invoke':
      return onInvoke(turn, event);
    case 'init':
      if (turn.state.phase.name === 'cold') startInit(turn, undefined);
      return;
    case 'drained':
      return finishDraining(turn);
    case 'restore':
      if (turn.state.phase.name === 'snapshot') startRestore(turn);
      return;
    case 'extensions-found':
      return onExtensionsFound(turn, event.names);
    case 'register':
      return onRegister(turn, event);
    case 'extension-next':
      return onExtensionNext(turn, event);
    case 'extension-error':
      return onExtensionError(turn, event);
    case 'subscribe':
      return onSubscribe(turn, event);
    case 'runtime-next':
      return onRuntimeNext(turn, event);
    case 'runtime-restore-next':
      return onRuntimeRestoreNext(turn, event);
    case 'runtime-restore-error':
      return onRuntimeRestoreError(turn, event);
    case 'response-started':
      return onResponseStarted(turn, event);
    case 'response-finished':
      return onResponseFinished(turn, event);
    case 'invocation-error':
      return onInvocationError(turn, event);
    case 'runtime-init-error':
      return onRuntimeInitError(turn, event);
    case 'launch-failed':
      return onLaunchFailure(turn, event.process, event.problem);
    case 'effect-failed':
      return onEffectFailed(turn, event);
    case 'exited':
      return onExited(turn, event);
    case 'timer':
      return onTimer(turn, event.timer);
    case 'shutdown':
      return onShutdownAsked(turn, event);
    case 'call-closed':
      return onCallClosed(turn, event.call);
    case 'freeze':
      return freeze(turn);
    case 'thaw':
      if (turn.state.isFrozen) turn.effects.push({ do: 'thaw' });
      turn.state.isFrozen = false;
      return;
    default:
      return event satisfies never;
  }
}

/** Begins waiting invocations, as many as the environment takes. */
function settle(turn: Turn) {
  const { state, effects, config } = turn;
  const [first, ...others] = state.waiting;
  const { phase } = state;
  if (phase.name === 'cold' && first) {
    if (phase.isRetry) state.waiting = others;
    return startInit(turn, phase.isRetry ? first : undefined);
  }
  if (phase.name === 'snapshot' && first) {
    startRestore(turn);
    return settle(turn);
  }
  const running = phase.name === 'invoke' ? phase.invocations.length : 0;
  const isOpen = phase.name === 'idle' || (phase.name === 'invoke' && running < config.concurrency);
  if (isOpen && first && state.runtime.parked.length > 0) {
    state.waiting = others;
    effects.push({ do: 'clear-timer', timer: 'spindown' });
    if (first.deadlineMs === 0) beginInvocation(turn, first);
    handOver(turn, first);
    settle(turn);
  }
}

function rest(turn: Turn) {
  const { effects, config } = turn;
  if (config.spindownAfterMs !== undefined)
    effects.push({ do: 'set-timer', timer: 'spindown', ms: config.spindownAfterMs });
  if (config.freezes && config.initializationType !== 'lambda-managed-instances') freeze(turn);
}

function freeze({ state, effects }: Turn) {
  if (state.isFrozen || (state.phase.name !== 'idle' && state.phase.name !== 'snapshot')) return;
  state.isFrozen = true;
  effects.push({ do: 'freeze' });
}

function onInvoke(turn: Turn, { call, invocation: request }: Extract<PhaseEvent, { type: 'invoke' }>) {
  const { state, effects, config, at } = turn;
  const invocation = newInvocation(request, call, at);
  if (state.phase.name === 'closed' || state.draining?.next === 'closed') {
    return void effects.push({ do: 'answer', invocation, reply: shuttingDown });
  }
  const running = state.phase.name === 'invoke' ? state.phase.invocations.length : 0;
  const isBusy =
    state.waiting.length > 0 ||
    running >= config.concurrency ||
    state.phase.name === 'shutdown' ||
    isInitialisingFor(turn);
  if (isBusy && config.whenBusy === 'reject' && invocation.kind !== 'Event') {
    return void effects.push({
      do: 'answer',
      invocation,
      reply: serviceError(429, 'TooManyRequestsException', 'Rate Exceeded.'),
    });
  }
  state.waiting = [...state.waiting, invocation];
}

function isInitialisingFor({ state: { phase } }: Turn): boolean {
  return phase.name === 'init' && phase.invocation !== undefined;
}

function onTimer(turn: Turn, timer: string) {
  const { state } = turn;
  if (timer.startsWith('shutdown')) return onShutdownTimer(turn, timer);
  if (timer === 'spindown') {
    if (state.phase.name === 'idle') startShutdown(turn, 'spindown', 'cold');
    return;
  }
  if (timer === 'restore') return onRestoreTimeout(turn);
  if (timer === 'drain') return stopDraining(turn);
  if (state.phase.name === 'init') return onInitTimeout(turn);
  if (timer.startsWith('invoke')) onInvokeTimeout(turn, timer.split(' ')[1]);
}

/**
 * AWS keeps the lost call as if it still waited, and so do we: its event will be lost. Only a runtime that asks again gets it, as AWS's
 * code answers every call of a runtime that waits. On managed instances a thread of the runtime has ended, and others wait.
 */
function onCallClosed({ state, config }: Turn, call: number) {
  const extension = state.extensions.find(({ parked }) => parked?.call === call);
  if (extension?.parked) extension.parked = { ...extension.parked, isLost: true };
  const { runtime } = state;
  if (!runtime.parked.includes(call)) return;
  if (config.initializationType === 'lambda-managed-instances') {
    runtime.parked = runtime.parked.filter((parked) => parked !== call);
  } else runtime.lost = [...(runtime.lost ?? []), call];
}
