import type { InitializationType } from '../../lambda-api/environment.ts';
import type { ExtensionEventType, ShutdownReason } from '../../lambda-api/extensions-api.ts';
import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';

/** The same instant on both clocks: wall time for points in time, monotonic time for durations. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** Names an HTTP call, or a call of the library, that waits for its reply. */
export type CallId = number;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the state machine knows about the function; it never changes while the emulator runs. */
export interface FunctionConfiguration {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly functionArn: string;
  readonly accountId: string;
  readonly handler: string;
  readonly memoryMB: number;
  /** Of an invocation, unless its caller waits and it is longer than callers may wait. */
  readonly timeoutMs: number;
  readonly initializationType: InitializationType;
  readonly initLimitMs: number;
  readonly instanceId: string;
  readonly runtimeVersion: string;
  /** How many invocations the environment runs at once; more than one only on managed instances. */
  readonly concurrency: number;
  readonly whenBusy: 'wait' | 'reject';
  readonly freezes: boolean;
  readonly spindownAfterMs: number | undefined;
  /** Undefined without SnapStart. */
  readonly snapStart?: SnapStartConfiguration | undefined;
}

export interface SnapStartConfiguration {
  /** How long the hooks after a restore may take. */
  readonly restoreLimitMs: number;
  /** Of the restored environment; the snapshot has the id of the one that was initialised. */
  readonly restoredInstanceId: string;
}

export type ExtensionState = 'Started' | 'Registered' | 'Ready' | 'Running' | 'InitError' | 'ExitError' | 'LaunchError';

export interface Extension {
  readonly name: string;
  readonly kind: 'external' | 'internal';
  /** What the extension sends with each call; `register` returns it. */
  identifier: string | undefined;
  state: ExtensionState;
  events: readonly ExtensionEventType[];
  errorType: string | undefined;
  /** The `next` that waits for an event; lost when the client hung up. */
  parked: { readonly call: CallId; readonly eventIdentifier: string; readonly isLost: boolean } | undefined;
  /** Whether its process runs; always false for an internal extension, which lives in the runtime's process. */
  isAlive: boolean;
  wasSentShutdown: boolean;
}

/** As the open code of AWS spells them, `RuntimeResponseSentState` included. */
export type RuntimeState =
  | 'Started'
  | 'InitError'
  | 'Ready'
  | 'Running'
  | 'InvocationResponse'
  | 'InvocationErrorResponse'
  | 'RuntimeResponseSentState'
  | 'RestoreReady'
  | 'Restoring'
  | 'RestoreError';

export interface Runtime {
  state: RuntimeState;
  isAlive: boolean;
  parked: readonly CallId[];
  /** Those of the parked calls whose client hung up. */
  lost?: readonly CallId[];
  /** Its `restore/next`, which waits for the restore. */
  restoreCall: CallId | undefined;
  /** What the runtime posted to `init/error`, or to `restore/error`. */
  initError: { readonly errorType: string; readonly body: Uint8Array } | undefined;
}

export interface Invocation {
  readonly requestId: string;
  readonly call: CallId;
  /** An `Event` has waited in the function's queue. It is never refused because the environment is busy. */
  readonly kind: 'RequestResponse' | 'Event' | 'Streaming';
  readonly payload: Uint8Array;
  readonly wantsLogTail: boolean;
  /** The value of `X-Amzn-Trace-Id`. */
  readonly trace: string;
  /** Id of the function's own segment in that trace. */
  readonly spanId: string;
  readonly clientContext: string | undefined;
  readonly cognitoIdentity: string | undefined;
  readonly tenantId: string | undefined;
  /** The alias or version that the caller named. */
  readonly qualifier: string | undefined;
  begunAt: Moment;
  deadlineMs: number;
  /** Only for the environment's first invocation, and only on demand. */
  initDurationMs: number | undefined;
  /** Only for the first invocation after a restore. */
  restoreDurationMs: number | undefined;
  handedAt: Moment | undefined;
  responseStartedAt: Moment | undefined;
  responseDoneAt: Moment | undefined;
  runtimeDoneAt: Moment | undefined;
  producedBytes: number;
  /** Held back until the end if the caller wants the log's tail with it. */
  answer: Reply | undefined;
  isAnswered: boolean;
}

/** Where to go once nothing of the environment runs. */
export type AfterShutdown = 'cold' | 'retry' | 'closed';

/** `../README.md` has a picture of them. */
export type Phase =
  /** Nothing runs. After a reset the next init counts as part of the invocation. */
  | { readonly name: 'cold'; readonly isRetry: boolean }
  | {
      readonly name: 'init';
      readonly kind: 'init' | 'invoke';
      readonly begunAt: Moment;
      readonly runtimeLaunched: boolean;
      /** The invocation that waits inside a suppressed init. */
      readonly invocation: Invocation | undefined;
    }
  /** With SnapStart: initialised, and restored at the next invocation. */
  | { readonly name: 'snapshot' }
  | { readonly name: 'restore'; readonly begunAt: Moment }
  | { readonly name: 'idle' }
  | { readonly name: 'invoke'; readonly invocations: readonly Invocation[] }
  | {
      readonly name: 'shutdown';
      readonly reason: ShutdownReason;
      readonly stage: 'runtime' | 'extensions' | 'killed';
      readonly deadline: Moment;
      readonly next: AfterShutdown;
    }
  | { readonly name: 'closed' };

export interface State {
  phase: Phase;
  runtime: Runtime;
  extensions: Extension[];
  /** Invocations not begun, oldest first. */
  waiting: readonly Invocation[];
  /** Calls to answer when the shutdown is over. */
  shutdownCalls: readonly CallId[];
  /** A shutdown waits for the invocations that have begun, and takes no others. */
  draining: { readonly reason: ShutdownReason; readonly next: AfterShutdown } | undefined;
  isRegistrationOpen: boolean;
  isSubscriptionOpen: boolean;
  isFrozen: boolean;
  /** The first fatal error wins. */
  fatalErrorType: string | undefined;
  initDurationMs: number | undefined;
  restoreDurationMs: number | undefined;
}

export const initialState: State = {
  phase: { name: 'cold', isRetry: false },
  runtime: { state: 'Started', isAlive: false, parked: [], restoreCall: undefined, initError: undefined },
  extensions: [],
  waiting: [],
  shutdownCalls: [],
  draining: undefined,
  isRegistrationOpen: false,
  isSubscriptionOpen: false,
  isFrozen: false,
  fatalErrorType: undefined,
  initDurationMs: undefined,
  restoreDurationMs: undefined,
};

/** A copy deep enough that a step may write to it. */
export function copyState(state: State): State {
  return {
    ...state,
    phase: copyPhase(state.phase),
    runtime: { ...state.runtime },
    extensions: state.extensions.map((extension) => ({ ...extension })),
  };
}

function copyPhase(phase: Phase): Phase {
  if (phase.name === 'invoke') return { ...phase, invocations: phase.invocations.map((one) => ({ ...one })) };
  if (phase.name === 'init') return { ...phase, invocation: phase.invocation && { ...phase.invocation } };
  return phase;
}

/** On managed instances an invocation may last for 90 minutes, if nobody waits for it. */
export function timeoutMsOf({ timeoutMs }: FunctionConfiguration, { kind }: Pick<Invocation, 'kind'>): number {
  return kind === 'Event' ? timeoutMs : Math.min(timeoutMs, LONGEST_TIMEOUT_MS);
}

export function durationMs(from: Moment, to: Moment): number {
  return Math.max(0, Math.round((to.monotonicMs - from.monotonicMs) * 1_000) / 1_000);
}

export function later(moment: Moment, ms: number): Moment {
  return { wallMs: moment.wallMs + ms, monotonicMs: moment.monotonicMs + ms };
}
