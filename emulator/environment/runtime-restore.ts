import { acceptedErrorType } from '../../lambda-api/runtime-api.ts';
import type { Question, Turn } from './events-and-effects.ts';
import { finishInitIfAllReady } from './init.ts';
import { accepted, wrongRuntimeState } from './replies.ts';
import type { CallId } from './state.ts';

type Asked<T extends Question['type']> = Extract<Question, { type: T }> & { call: CallId };

/** The runtime's hooks before the snapshot have run: INIT is over, once the extensions wait, too. */
export function onRuntimeRestoreNext(turn: Turn, { call }: Asked<'runtime-restore-next'>) {
  const { state, effects } = turn;
  if (state.runtime.state !== 'Started' || state.phase.name !== 'init')
    return void effects.push({ do: 'reply', call, reply: wrongRuntimeState(state.runtime.state, 'RestoreReady') });
  state.isRegistrationOpen = false;
  state.runtime.restoreCall = call;
  state.runtime.state = 'RestoreReady';
  finishInitIfAllReady(turn);
}

/** Only records the error; the exit of the process has the consequences. */
export function onRuntimeRestoreError(turn: Turn, { call, errorType, body }: Asked<'runtime-restore-error'>) {
  const { state, effects } = turn;
  if (state.runtime.state !== 'Restoring')
    return void effects.push({ do: 'reply', call, reply: wrongRuntimeState(state.runtime.state, 'RestoreError') });
  state.runtime.state = 'RestoreError';
  state.runtime.initError = { errorType: acceptedErrorType(errorType), body };
  state.fatalErrorType ??= state.runtime.initError.errorType;
  effects.push({ do: 'reply', call, reply: accepted });
}
