import type { ShutdownReason } from '../../lambda-api/extensions-api.ts';
import type { Turn } from './events-and-effects.ts';
import { functionErrorOf } from './replies.ts';
import { startShutdown } from './shutdown.ts';
import type { Reply, Runtime } from './state.ts';

/** What is buffered leaves before the processes stop: no copy of the environment may send it once more. */
export function takeSnapshot({ state, effects }: Turn) {
  effects.push({ do: 'flush-telemetry' });
  if (state.runtime.restoreCall === undefined) effects.push({ do: 'hint', text: LABEL_HINT });
  state.phase = { name: 'snapshot' };
}

/** No version exists then, so nobody could invoke it: those who have done so here get the error. */
export function failPublication(turn: Turn, shutdown: ShutdownReason, errorType: string, reason: string) {
  const { state, effects } = turn;
  // Nobody waits for the answer of an asynchronous one.
  for (const invocation of state.waiting.filter(({ isAnswered }) => !isAnswered)) {
    const reply = runtimeErrorOf(state.runtime, errorType, `RequestId: ${invocation.requestId} Error: ${reason}`);
    effects.push({ do: 'answer', invocation, reply });
  }
  state.waiting = [];
  startShutdown(turn, shutdown, 'cold');
}

/** What the runtime has posted says more than its exit. */
export function runtimeErrorOf({ initError }: Runtime, errorType: string, message: string): Reply {
  const reply = functionErrorOf(errorType, message);
  return initError ? { ...reply, body: initError.body } : reply;
}

const LABEL_HINT =
  'The runtime did not call restore/next, so no hooks run around the snapshot. Lambda publishes such an image only with ' +
  'LABEL com.amazonaws.lambda.feature.snapstart="Allow".';
