import type { ShutdownReason } from '../../lambda-api/extensions-api.ts';
import { MAX_EXTENSIONS, shutdownLimits } from '../../lambda-api/limits.ts';
import type { ProcessName, Turn } from './events-and-effects.ts';
import { extensionEvent, shuttingDown } from './replies.ts';
import { type AfterShutdown, type Extension, initialState, later } from './state.ts';

/** Ends the environment: first the runtime, which may still call extensions, then the extensions. */
export function startShutdown(turn: Turn, reason: ShutdownReason, next: AfterShutdown) {
  const { state, effects, at } = turn;
  const budget = shutdownLimits[registeredKind(state.extensions)];
  if (state.isFrozen) {
    state.isFrozen = false;
    effects.push({ do: 'thaw' });
  }
  for (const timer of ['init', 'restore', 'invoke', 'spindown', 'drain']) effects.push({ do: 'clear-timer', timer });
  effects.push({ do: 'flush-telemetry' });
  state.isRegistrationOpen = false;
  // A failure while the emulator waits to close ends there, too.
  const after = state.draining?.next === 'closed' ? 'closed' : next;
  state.phase = { name: 'shutdown', reason, next: after, stage: 'runtime', deadline: later(at, budget.totalMs) };

  if (budget.totalMs === 0) return killAll(turn);
  if (!state.runtime.isAlive) return startExtensionsStage(turn);
  effects.push({ do: 'terminate', process: { kind: 'runtime' } });
  effects.push({ do: 'set-timer', timer: 'shutdown-runtime', ms: budget.runtimeMs });
}

export function onShutdownTimer(turn: Turn, timer: string) {
  if (turn.state.phase.name !== 'shutdown') return;
  if (timer === 'shutdown-runtime') {
    turn.effects.push({ do: 'kill', process: { kind: 'runtime' } });
    return startExtensionsStage(turn);
  }
  killAll(turn);
}

/** A process exited during shutdown, as it should. */
export function onExitInShutdown(turn: Turn, process: ProcessName) {
  const { phase } = turn.state;
  if (phase.name !== 'shutdown') return;
  if (process.kind === 'runtime' && phase.stage === 'runtime') return startExtensionsStage(turn);
  finishIfNothingRuns(turn);
}

/** An extension asks for an event during shutdown. One that has had its SHUTDOWN waits until the deadline. */
export function sendShutdown(turn: Turn, extension: Extension) {
  const { phase } = turn.state;
  if (phase.name !== 'shutdown' || phase.stage !== 'extensions') return;
  if (!extension.parked || extension.wasSentShutdown || !extension.events.includes('SHUTDOWN')) return;

  const reply = extensionEvent({
    eventType: 'SHUTDOWN',
    shutdownReason: phase.reason,
    deadlineMs: Math.round(phase.deadline.wallMs),
  });
  turn.effects.push({ do: 'reply', call: extension.parked.call, reply });
  extension.parked = undefined;
  extension.state = 'Running';
  extension.wasSentShutdown = true;
}

function startExtensionsStage(turn: Turn) {
  const { state, effects, at } = turn;
  if (state.phase.name !== 'shutdown') return;
  state.phase = { ...state.phase, stage: 'extensions' };
  effects.push({ do: 'clear-timer', timer: 'shutdown-runtime' }, { do: 'flush-telemetry' });

  for (const extension of state.extensions) {
    if (extension.kind === 'internal' || !extension.isAlive) continue;
    if (isWorthWaitingFor(extension)) sendShutdown(turn, extension);
    else effects.push({ do: 'kill', process: { kind: 'extension', name: extension.name } });
  }
  const ms = Math.max(0, state.phase.deadline.monotonicMs - at.monotonicMs);
  effects.push({ do: 'set-timer', timer: 'shutdown', ms });
  finishIfNothingRuns(turn);
}

function isWorthWaitingFor({ events, state }: Extension): boolean {
  return events.includes('SHUTDOWN') && state !== 'InitError' && state !== 'ExitError';
}

/** A step of the shutdown failed, so the rest of it may, too. Nothing waits for a process that cannot be killed. */
export function skipToTheEnd(turn: Turn) {
  const { state } = turn;
  if (state.phase.name !== 'shutdown') return;
  if (state.phase.stage === 'killed') {
    state.runtime.isAlive = false;
    for (const extension of state.extensions) extension.isAlive = false;
  }
  killAll(turn);
}

function killAll(turn: Turn) {
  const { state, effects } = turn;
  if (state.phase.name !== 'shutdown') return;
  state.phase = { ...state.phase, stage: 'killed' };
  effects.push({ do: 'kill-all' });
  finishIfNothingRuns(turn);
}

function finishIfNothingRuns(turn: Turn) {
  const { state, effects } = turn;
  if (state.phase.name !== 'shutdown') return;
  if (state.runtime.isAlive || state.extensions.some((extension) => extension.isAlive)) return;

  const { next } = state.phase;
  effects.push({ do: 'clear-timer', timer: 'shutdown' }, { do: 'clear-timer', timer: 'shutdown-runtime' });
  effects.push({ do: 'kill-all' }, { do: 'end-telemetry' });
  for (const call of state.shutdownCalls) {
    effects.push({ do: 'reply', call, reply: { status: 200, headers: {}, body: '' } });
  }
  const late = next === 'closed' ? state.waiting : [];
  for (const invocation of late) {
    if (!invocation.isAnswered) effects.push({ do: 'answer', invocation, reply: shuttingDown });
  }
  Object.assign(state, {
    ...initialState,
    waiting: next === 'closed' ? [] : state.waiting,
    phase: next === 'closed' ? { name: 'closed' } : { name: 'cold', isRetry: next === 'retry' },
  });
}

function registeredKind(extensions: readonly Extension[]): keyof typeof shutdownLimits {
  const registered = extensions.slice(0, MAX_EXTENSIONS).filter(({ identifier }) => identifier !== undefined);
  if (registered.some(({ kind }) => kind === 'external')) return 'external';
  return registered.length > 0 ? 'internal' : 'none';
}
