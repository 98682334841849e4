import { MAX_EXTENSIONS } from '../../lambda-api/limits.ts';
import type { Outcome } from '../../lambda-api/telemetry-api.ts';
import type { Turn } from './events-and-effects.ts';
import type { LaunchProblem } from './executable.ts';
import { beginInvocation, failAll, onInvokeTimeout, statusOf } from './invocation.ts';
import { hintAtLaunchProblem } from './launch-hints.ts';
import { initOutcomeRecords, initStartRecord } from './platform-records.ts';
import { startShutdown } from './shutdown.ts';
import { failPublication, takeSnapshot } from './snapshot.ts';
import { durationMs, type Extension, type Invocation } from './state.ts';

/** Starts the environment. An init with an invocation is a suppressed one: its time counts as the invocation's. */
export function startInit(turn: Turn, invocation: Invocation | undefined) {
  const { state, effects, at, config } = turn;
  const kind = invocation ? 'invoke' : 'init';
  state.phase = { name: 'init', kind, begunAt: at, runtimeLaunched: false, invocation };
  state.isRegistrationOpen = true;
  state.isSubscriptionOpen = true;
  effects.push({ do: 'begin-telemetry' });
  effects.push({ do: 'record', record: initStartRecord(kind, config) });
  if (invocation) beginInvocation(turn, invocation);
  else effects.push({ do: 'set-timer', timer: 'init', ms: config.initLimitMs });
  effects.push({ do: 'find-extensions' });
}

/** Starts every file of the extensions directory; the runtime follows once all of them have registered. */
export function onExtensionsFound(turn: Turn, names: readonly string[]) {
  const { state, effects } = turn;
  if (state.phase.name !== 'init') return;
  state.extensions = names.slice(0, MAX_EXTENSIONS + 1).map(startedExtension);

  const oneTooMany = state.extensions[MAX_EXTENSIONS];
  if (oneTooMany) {
    effects.push({
      do: 'hint',
      text: `Did not start "${oneTooMany.name}" because Lambda starts at most ${MAX_EXTENSIONS} extensions. Remove one from the extensions directory.`,
    });
    return launchFailed(turn, oneTooMany, 'TooManyExtensions', `Extension limit (${MAX_EXTENSIONS}) reached`);
  }
  for (const extension of state.extensions) {
    extension.isAlive = true;
    effects.push({ do: 'launch', process: { kind: 'extension', name: extension.name } });
  }
  launchRuntimeIfAllRegistered(turn);
}

export function launchRuntimeIfAllRegistered({ state, effects }: Turn) {
  if (state.phase.name !== 'init' || state.phase.runtimeLaunched) return;
  if (state.extensions.some(({ kind, identifier }) => kind === 'external' && identifier === undefined)) return;
  state.phase = { ...state.phase, runtimeLaunched: true };
  state.runtime = { state: 'Started', isAlive: true, parked: [], restoreCall: undefined, initError: undefined };
  effects.push({ do: 'launch', process: { kind: 'runtime' } });
}

/** Init is over when the runtime and every registered extension, internal ones too, wait in `next`. */
export function finishInitIfAllReady(turn: Turn) {
  const { state, effects, at, config } = turn;
  const { parked, restoreCall } = state.runtime;
  if (state.phase.name !== 'init' || (parked.length === 0 && restoreCall === undefined)) return;
  if (state.extensions.some((extension) => extension.state !== 'Ready')) return;

  const { kind, begunAt, invocation } = state.phase;
  state.isSubscriptionOpen = false;
  effects.push({ do: 'close-subscription' }, { do: 'clear-timer', timer: 'init' });
  recordOutcome(turn, { status: 'success' });
  if (config.snapStart !== undefined) return takeSnapshot(turn);
  if (kind === 'init' && config.initializationType === 'on-demand') state.initDurationMs = durationMs(begunAt, at);
  state.phase = { name: 'idle' };
  if (invocation) state.waiting = [invocation, ...state.waiting];
}

/** AWS's code tells only refused permission from the rest. */
export function onLaunchFailed(turn: Turn, extension: Extension, problem: LaunchProblem) {
  turn.effects.push({ do: 'hint', text: hintAtLaunchProblem(`"${extension.name}"`, problem) });
  const isDenied = problem.reason.endsWith('permission denied') || problem.reason.endsWith('operation not permitted');
  launchFailed(turn, extension, isDenied ? 'PermissionDenied' : 'UnknownError', problem.reason);
}

function launchFailed(turn: Turn, extension: Extension, errorType: string, reason: string) {
  extension.state = 'LaunchError';
  extension.errorType = errorType;
  extension.isAlive = false;
  failInit(turn, 'Extension.LaunchError', reason);
}

/** Ends an init that failed. The first invocation retries it; if this was the retry, the caller gets the error. */
export function failInit(turn: Turn, errorType: string, reason: string) {
  const { state, effects } = turn;
  if (state.phase.name !== 'init') return;
  const fatal = state.fatalErrorType ?? errorType;
  recordOutcome(turn, { status: statusOf(fatal), errorType: fatal });
  if (!state.phase.invocation) effects.push({ do: 'log', line: `Error: ${reason} ${fatal}` });
  if (turn.config.snapStart !== undefined) return failPublication(turn, 'failure', fatal, reason);
  failAll(turn, fatal, reason, state.runtime.initError?.body);
  startShutdown(turn, 'failure', 'retry');
}

export function onInitTimeout(turn: Turn) {
  const { state } = turn;
  if (state.phase.name !== 'init') return;
  hintAtWhatIsMissing(turn);
  recordOutcome(turn, { status: 'timeout' });
  if (state.phase.invocation) return onInvokeTimeout(turn, undefined);
  if (turn.config.snapStart !== undefined)
    return failPublication(turn, 'timeout', 'Runtime.Unknown', 'Init took longer than its limit');
  startShutdown(turn, 'timeout', 'retry');
}

function startedExtension(name: string): Extension {
  return {
    name,
    kind: 'external',
    identifier: undefined,
    state: 'Started',
    events: [],
    errorType: undefined,
    parked: undefined,
    isAlive: false,
    wasSentShutdown: false,
  };
}

function recordOutcome({ state, effects, config, at }: Turn, outcome: Outcome) {
  if (state.phase.name !== 'init') return;
  const { kind, begunAt } = state.phase;
  for (const record of initOutcomeRecords(kind, outcome, durationMs(begunAt, at), state.extensions, config)) {
    effects.push({ do: 'record', record });
  }
}

function hintAtWhatIsMissing({ state, effects }: Turn) {
  const hint = (text: string) => effects.push({ do: 'hint', text });
  const named = (wanted: string) =>
    state.extensions
      .filter((extension) => extension.state === wanted)
      .map(({ name }) => `"${name}"`)
      .join(', ');
  if (named('Started')) {
    hint(
      `Init waits for ${named('Started')} to register. Each file in the extensions directory must register, ` +
        'with its full file name in Lambda-Extension-Name.',
    );
  } else if (state.runtime.isAlive && state.runtime.parked.length === 0 && state.runtime.restoreCall === undefined) {
    hint(
      'The runtime never asked for an invocation (GET /2018-06-01/runtime/invocation/next). Check that code outside of ' +
        'the handler does not wait, and that the runtime command reads AWS_LAMBDA_RUNTIME_API.',
    );
  }
  if (named('Registered')) {
    hint(
      `Init waits for ${named('Registered')} to call /2020-01-01/extension/event/next. It finds its identifier in the ` +
        "header Lambda-Extension-Identifier of register's response, not in the body.",
    );
  }
}
