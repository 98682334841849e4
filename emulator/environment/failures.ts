import type { PhaseEvent, ProcessName, Turn } from './events-and-effects.ts';
import type { LaunchProblem } from './executable.ts';
import { hintAtExit } from './extension-hints.ts';
import { failInit, onLaunchFailed } from './init.ts';
import { failAll } from './invocation.ts';
import { hintAtLaunchProblem } from './launch-hints.ts';
import { failRestore } from './restore.ts';
import { onExitInShutdown, skipToTheEnd, startShutdown } from './shutdown.ts';

export function onLaunchFailure(turn: Turn, process: ProcessName, problem: LaunchProblem) {
  const { state, effects } = turn;
  if (process.kind === 'runtime') {
    state.runtime.isAlive = false;
    effects.push({ do: 'hint', text: hintAtLaunchProblem('The runtime', problem) });
    failInit(turn, 'Runtime.InvalidEntrypoint', problem.reason);
  } else {
    const extension = state.extensions.find(({ name }) => name === process.name);
    if (extension) onLaunchFailed(turn, extension, problem);
  }
  if (state.phase.name === 'shutdown') onExitInShutdown(turn, process);
}

/** Whatever the emulator cannot do is told, and ends the environment: the caller gets an answer, and the shutdown goes on. */
export function onEffectFailed(
  turn: Turn,
  { effect, reason, process }: Extract<PhaseEvent, { type: 'effect-failed' }>,
) {
  const { state, effects } = turn;
  if (process) markEnded(turn, process);
  const text = `The emulator failed at "${effect}": ${reason}`;
  effects.push({ do: 'hint', text });
  if (state.phase.name === 'shutdown') return skipToTheEnd(turn);
  if (state.phase.name === 'init') return failInit(turn, 'Sandbox.Failure', text);
  if (state.phase.name === 'restore') return failRestore(turn, 'Sandbox.Failure', text);
  if (state.phase.name === 'snapshot') return startShutdown(turn, 'failure', 'cold');
  if (state.phase.name === 'invoke') failAll(turn, 'Sandbox.Failure', text);
  if (state.phase.name === 'invoke' || state.phase.name === 'idle') startShutdown(turn, 'failure', afterFailure(turn));
}

/** Outside of a shutdown the exit of any process is an error, whatever its status. */
export function onExited(turn: Turn, { process, code, signal }: Extract<PhaseEvent, { type: 'exited' }>) {
  const { state } = turn;
  const extension = markEnded(turn, process);
  if (state.phase.name === 'shutdown') return onExitInShutdown(turn, process);

  const errorType = state.fatalErrorType ?? (process.kind === 'runtime' ? 'Runtime.ExitError' : 'Extension.Crash');
  const reason = process.kind === 'runtime' ? exitOfRuntime(code, signal) : exitOfExtension(code, signal);
  if (extension) hintAtExit(turn, extension, code);
  if (extension && state.phase.name === 'init') extension.errorType ??= errorType;
  state.fatalErrorType = errorType;
  if (state.phase.name === 'init') return failInit(turn, errorType, reason);
  if (state.phase.name === 'restore') return failRestore(turn, errorType, reason);
  if (state.phase.name === 'snapshot') return startShutdown(turn, 'failure', 'cold');
  if (state.phase.name === 'invoke') failAll(turn, errorType, reason);
  if (state.phase.name === 'invoke' || state.phase.name === 'idle') startShutdown(turn, 'failure', afterFailure(turn));
}

/** Returns the extension, if it was one. */
function markEnded({ state }: Turn, process: ProcessName) {
  if (process.kind === 'runtime') {
    state.runtime.isAlive = false;
    return undefined;
  }
  const extension = state.extensions.find(({ name }) => name === process.name);
  if (extension) extension.isAlive = false;
  return extension;
}

/** A managed instance is replaced, not reset; so is an environment from a snapshot. */
function afterFailure({ config }: Turn): 'cold' | 'retry' {
  const isReplaced = config.initializationType === 'lambda-managed-instances' || config.snapStart !== undefined;
  return isReplaced ? 'cold' : 'retry';
}

function exitOfRuntime(code: number | undefined, signal: string | undefined): string {
  if (signal !== undefined) return `Runtime exited with error: signal: ${signalWord(signal)}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}

function exitOfExtension(code: number | undefined, signal: string | undefined): string {
  return signal === undefined ? `exit code ${code}` : `signal: ${signalWord(signal)}`;
}

/** The words of Go, and so of AWS. */
function signalWord(signal: string): string {
  const words: Record<string, string> = {
    SIGKILL: 'killed',
    SIGTERM: 'terminated',
    SIGSEGV: 'segmentation fault',
    SIGABRT: 'aborted',
  };
  return words[signal] ?? signal;
}
