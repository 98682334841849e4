import type { PhaseEvent, Turn } from './events-and-effects.ts';
import { failAll } from './invocation.ts';
import { startShutdown } from './shutdown.ts';

/** A shutdown that somebody asks for, and its wait for the invocations that have begun. */
export function onShutdownAsked(
  turn: Turn,
  { call, reason, next, waitMs = 0 }: Extract<PhaseEvent, { type: 'shutdown' }>,
) {
  const { state, effects } = turn;
  if (state.phase.name === 'cold' || state.phase.name === 'closed') {
    if (next === 'closed') state.phase = { name: 'closed' };
    return void effects.push({ do: 'reply', call, reply: { status: 200, headers: {}, body: '' } });
  }
  state.shutdownCalls = [...state.shutdownCalls, call];
  if (state.phase.name === 'shutdown') {
    if (next === 'closed') state.phase = { ...state.phase, next };
    return;
  }
  const isStarting = state.phase.name === 'init' || state.phase.name === 'restore';
  const isAtWork = state.phase.name === 'invoke' || (isStarting && hasCaller(turn));
  if (waitMs > 0 && isAtWork) {
    if (!state.draining) effects.push({ do: 'set-timer', timer: 'drain', ms: waitMs });
    state.draining = { reason, next };
    return;
  }
  state.draining = { reason, next };
  stopDraining(turn);
}

/** The caller's answer may be there, and its extensions still at work: that is no failure, so the shutdown waits for them. */
function hasCaller({ state }: Turn): boolean {
  return state.waiting.length > 0 || (state.phase.name === 'init' && state.phase.invocation !== undefined);
}

/** All invocations that had begun are over. */
export function finishDraining(turn: Turn) {
  const { draining, phase } = turn.state;
  if (draining && phase.name === 'idle') startShutdown(turn, draining.reason, draining.next);
}

export function stopDraining(turn: Turn) {
  const { state } = turn;
  if (!state.draining) return;
  if (state.phase.name === 'invoke' || state.phase.name === 'init')
    failAll(turn, 'Sandbox.Failure', 'the environment was shut down');
  startShutdown(turn, state.draining.reason, state.draining.next);
}
