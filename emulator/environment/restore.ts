import type { ShutdownReason } from '../../lambda-api/extensions-api.ts';
import type { Outcome } from '../../lambda-api/telemetry-api.ts';
import type { Turn } from './events-and-effects.ts';
import { failUnbegun, statusOf } from './invocation.ts';
import { restoreOutcomeRecords, restoreStartRecord } from './platform-records.ts';
import { JSON_TYPE } from './replies.ts';
import { startShutdown } from './shutdown.ts';
import { runtimeErrorOf } from './snapshot.ts';
import { durationMs } from './state.ts';

/** The environment continues from its snapshot: first the hooks of the runtime, then the invocation that asked for it. */
export function startRestore(turn: Turn) {
  const { state, effects, at, config } = turn;
  if (config.snapStart === undefined) return;
  state.phase = { name: 'restore', begunAt: at };
  if (state.isFrozen) effects.push({ do: 'thaw' });
  state.isFrozen = false;
  effects.push({ do: 'move-to-another-host' });
  effects.push({ do: 'record', record: restoreStartRecord(config.snapStart.restoredInstanceId, config) });
  effects.push({ do: 'set-timer', timer: 'restore', ms: config.snapStart.restoreLimitMs });
  const { restoreCall } = state.runtime;
  if (restoreCall !== undefined) {
    state.runtime.restoreCall = undefined;
    state.runtime.state = 'Restoring';
    effects.push({ do: 'reply', call: restoreCall, reply: { status: 200, headers: JSON_TYPE, body: '{}' } });
  }
  finishRestoreIfReady(turn);
}

export function finishRestoreIfReady(turn: Turn) {
  const { state, effects, at } = turn;
  if (state.phase.name !== 'restore' || state.runtime.parked.length === 0) return;
  effects.push({ do: 'clear-timer', timer: 'restore' });
  state.restoreDurationMs = durationMs(state.phase.begunAt, at);
  recordOutcome(turn, { status: 'success' });
  state.phase = { name: 'idle' };
}

export function failRestore(turn: Turn, errorType: string, reason: string) {
  endRestore(turn, { status: statusOf(errorType), errorType }, 'failure', reason);
}

export function onRestoreTimeout(turn: Turn) {
  const seconds = (turn.config.snapStart?.restoreLimitMs ?? 0) / 1_000;
  endRestore(turn, { status: 'timeout' }, 'timeout', `Restore timed out after ${seconds.toFixed(2)} seconds`);
}

/** The invocation that asked for the restore fails, and the environment ends. */
function endRestore(turn: Turn, outcome: Outcome, shutdown: ShutdownReason, reason: string) {
  const { state, effects } = turn;
  if (state.phase.name !== 'restore') return;
  recordOutcome(turn, outcome);
  const { errorType = 'Runtime.Unknown' } = outcome;
  const [invocation, ...others] = state.waiting;
  if (invocation !== undefined) {
    state.waiting = others;
    const line = `RequestId: ${invocation.requestId} Error: ${reason}`;
    effects.push({ do: 'log', line: `${line} ${errorType}` });
    failUnbegun(turn, invocation, outcome.status, errorType, runtimeErrorOf(state.runtime, errorType, line));
  }
  startShutdown(turn, shutdown, 'cold');
}

function recordOutcome({ state, effects, at }: Turn, outcome: Outcome) {
  if (state.phase.name !== 'restore') return;
  for (const record of restoreOutcomeRecords(outcome, durationMs(state.phase.begunAt, at)))
    effects.push({ do: 'record', record });
}
