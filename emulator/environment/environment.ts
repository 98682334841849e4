import type { SleepClock } from '../../foundation/clock.ts';
import type { Publisher } from '../telemetry/publisher.ts';
import { detailOf, messageOf, nameOf } from './effect-names.ts';
import { createEnvironmentLog } from './environment-log.ts';
import type { Effect, PhaseEvent, ProcessName, Question } from './events-and-effects.ts';
import { step } from './phases.ts';
import type { ProcessEvents, Processes, ProcessSpec } from './process.ts';
import { type CallId, type FunctionConfiguration, initialState, type Moment, type Reply, type State } from './state.ts';
import { createTimers } from './timers.ts';
import type { LogLine, TimelineEntry } from './watching.ts';

/** The functions that carry out what the state machine decides. */
export interface EnvironmentParts {
  readonly clock: SleepClock;
  readonly config: FunctionConfiguration;
  readonly logFormat: 'Text' | 'JSON';
  readonly publisher: Publisher;
  startProcesses(events: ProcessEvents): Processes;
  /** Whether somebody debugs the function: no invocation and no init ends by its time limit then. */
  readonly isDebugged: boolean;
  /** The layers' folder, where it is not `/opt` for the processes. */
  readonly unboundOptDir: string | undefined;
  /** Makes ready where the processes run. `undefined`: it is ready. */
  prepare(): Promise<void> | undefined;
  findExtensions(): readonly string[];
  specOf(process: ProcessName): ProcessSpec;
  /** After a restore: credentials and availability zone, which processes ask for, become others. */
  moveToAnotherHost(): void;
  onLine(line: LogLine): void;
  onTimeline(entry: TimelineEntry): void;
}

/** Where the caller of a streamed invocation takes the parts of the response, before its reply. */
export interface StreamSink {
  start(contentType: string | undefined): void;
  /** A promise holds further parts back until it resolves. */
  write(chunk: Uint8Array): Promise<void> | undefined;
}

/** Takes the reply. `sink` is there when the runtime's streamed response goes to a caller who takes it in parts. */
export type OnReply = (reply: Reply, sink: StreamSink | undefined) => void;

interface Caller {
  readonly onReply: OnReply;
  readonly sink: StreamSink | undefined;
}

export interface Environment {
  readonly phaseName: State['phase']['name'];
  readonly isFrozen: boolean;
  /**
   * Asks, and calls back with the reply; returns what names the call, for `abandon`. An invocation whose caller takes the
   * response in parts brings its sink, which the reply to `response-started` hands to the runtime's side.
   */
  ask(question: Question, onReply: OnReply, sink?: StreamSink): CallId;
  /** The client of a call hung up. */
  abandon(call: CallId): void;
  dispatch(event: PhaseEvent): void;
  kill(process: ProcessName): void;
  /** What each launched process takes now; empty where there is no `/proc`. */
  usage: Processes['usage'];
  /** For the end of the emulator's own process: no process of the environment may outlive it. */
  killAll(): void;
}

/** An invocation that follows at once finds the processes awake. Lambda takes a moment to freeze, too. */
const FREEZES_AFTER_MS = 2;

export function createEnvironment(parts: EnvironmentParts): Environment {
  const { clock, config, publisher, logFormat } = parts;
  const calls = new Map<CallId, Caller>();
  const queue: PhaseEvent[] = [];
  const beganAtMs = clock.monotonicMs();
  let state = initialState;
  let lastCall = 0;
  let lastInit = 0;
  let isStepping = false;
  let freezing: NodeJS.Timeout | undefined;

  const timers = createTimers(clock, {
    isHeld: (timer) => parts.isDebugged && (timer === 'init' || timer.startsWith('invoke')),
    onTimer: (timer) => dispatch({ type: 'timer', timer }),
  });
  const processes = parts.startProcesses({
    onOutput: (process, message) => guard('log', () => log.output(process, message)),
    onExit: (process, code, signal) => dispatch({ type: 'exited', process, code, signal }),
    onLaunchFailure: (process, problem) => dispatch({ type: 'launch-failed', process, problem }),
  });

  const log = createEnvironmentLog({
    publisher,
    logFormat,
    memoryBytes: () => processes.memoryBytes(),
    get unboundOptDir() {
      return parts.unboundOptDir;
    },
    onLine: tellLine,
  });

  /** Takes one step at a time, also when an effect dispatches the next event. */
  function dispatch(event: PhaseEvent): void {
    queue.push(event);
    if (isStepping) return;
    isStepping = true;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) take(next);
    } finally {
      isStepping = false;
    }
  }

  function take(event: PhaseEvent): void {
    const at: Moment = { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
    note(at, 'event', event.type, detailOf(event) ?? extensionOf(event));
    const before = state.phase.name;
    const result = step(state, event, at, config);
    state = result.state;
    if (state.phase.name !== before) note(at, 'phase', state.phase.name);
    for (const effect of result.effects) {
      note(at, 'effect', effect.do, detailOf(effect));
      guard(nameOf(effect), () => carryOut(effect), effect.do === 'launch' ? effect.process : undefined);
    }
    // A step of its own: what is said at the end of the invocation comes before the shutdown.
    if (state.phase.name === 'idle' && state.draining && state.waiting.length === 0) dispatch({ type: 'drained' });
  }

  function extensionOf(event: PhaseEvent): string | undefined {
    const identifier = 'identifier' in event ? event.identifier : undefined;
    return state.extensions.find((extension) => extension.identifier === identifier)?.name;
  }

  /** An effect that throws must neither stop the others nor leave the environment waiting. */
  function guard(effect: string, work: () => void, process?: ProcessName): void {
    try {
      work();
    } catch (error) {
      const failure = { type: 'effect-failed', effect, reason: messageOf(error) } as const;
      dispatch(process ? { ...failure, process } : failure);
    }
  }

  /** A watcher is not part of the environment: what it throws is its own, and surfaces as an uncaught exception. */
  function tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      setImmediate(() => {
        throw error;
      });
    }
  }

  function tellLine(line: LogLine): void {
    tell(() => parts.onLine(line));
  }

  function note({ monotonicMs }: Moment, kind: TimelineEntry['kind'], name: string, detail?: string): void {
    const atMs = monotonicMs - beganAtMs;
    tell(() => parts.onTimeline(detail === undefined ? { atMs, kind, name } : { atMs, kind, name, detail }));
  }

  function carryOut(effect: Effect) {
    switch (effect.do) {
      case 'reply':
        return reply(effect.call, effect.reply, effect.streamTo);
      case 'answer':
        return reply(effect.invocation.call, log.withTail(effect.invocation, effect.reply));
      case 'find-extensions':
        return findExtensions();
      case 'launch':
        return processes.launch(effect.process, parts.specOf(effect.process));
      case 'terminate':
        return processes.terminate(effect.process);
      case 'kill':
        return processes.kill(effect.process);
      case 'kill-all':
        return processes.killAll();
      case 'freeze':
        publisher.pause();
        freezing = setTimeout(() => guard('freeze', processes.stopAll), FREEZES_AFTER_MS);
        return;
      case 'thaw':
        clearTimeout(freezing);
        processes.continueAll();
        return publisher.resume();
      case 'move-to-another-host':
        return parts.moveToAnotherHost();
      case 'set-timer':
        return timers.set(effect.timer, effect.ms);
      case 'clear-timer':
        return timers.clear(effect.timer);
      case 'record':
        return log.record(effect.record);
      case 'log':
        return log.platformLine(effect.line);
      case 'hint':
        return tellLine({ source: 'hint', text: effect.text });
      case 'begin-telemetry':
        log.begin();
        return publisher.begin();
      case 'subscribe':
        return publisher.subscribe(effect.extension, effect.subscription);
      case 'close-subscription':
        return publisher.closeSubscription();
      case 'flush-telemetry':
        return publisher.flush();
      case 'end-telemetry':
        return publisher.end();
      default:
        return effect satisfies never;
    }
  }

  function findExtensions(): void {
    const mine = ++lastInit;
    const found = () => {
      // A later init has begun, if this one was ended meanwhile.
      if (mine === lastInit) dispatch({ type: 'extensions-found', names: parts.findExtensions() });
    };
    const fail = (error: unknown) =>
      guard('find-extensions', () => {
        throw error;
      });
    const preparing = parts.prepare();
    if (preparing === undefined) found();
    else preparing.then(() => guard('find-extensions', found), fail);
  }

  function reply(call: CallId, answer: Reply, streamTo?: CallId): void {
    const caller = calls.get(call);
    const sink = streamTo === undefined ? undefined : calls.get(streamTo)?.sink;
    calls.delete(call);
    caller?.onReply(answer, sink);
  }

  return {
    get phaseName() {
      return state.phase.name;
    },
    get isFrozen() {
      return state.isFrozen;
    },
    ask(question, onReply, sink) {
      const call = ++lastCall;
      calls.set(call, { onReply, sink });
      dispatch({ ...question, call });
      return call;
    },
    abandon(call) {
      if (calls.delete(call)) dispatch({ type: 'call-closed', call });
    },
    dispatch,
    kill: (process) => processes.kill(process),
    usage: () => processes.usage(),
    killAll: () => processes.killAll(),
  };
}
