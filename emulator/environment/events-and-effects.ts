import type { ShutdownReason } from '../../lambda-api/extensions-api.ts';
import type { PlatformRecord } from '../../lambda-api/telemetry-api.ts';
import type { LaunchProblem } from './executable.ts';
import type { AfterShutdown, CallId, FunctionConfiguration, Invocation, Moment, Reply, State } from './state.ts';
import type { SubscribedApi, Subscription } from './subscription.ts';

export type ProcessName = { readonly kind: 'runtime' } | { readonly kind: 'extension'; readonly name: string };

/** What the caller sends; the environment adds the other fields of an invocation as it proceeds. */
export type InvocationRequest = Pick<
  Invocation,
  | 'requestId'
  | 'kind'
  | 'payload'
  | 'wantsLogTail'
  | 'trace'
  | 'spanId'
  | 'clientContext'
  | 'cognitoIdentity'
  | 'tenantId'
  | 'qualifier'
> & {
  /** Of a durable function; the environment does not need it. */
  readonly durableExecutionName?: string | undefined;
};

/** What an HTTP service asks of the environment. Each gets its reply, some of them much later. */
export type Question =
  | { readonly type: 'invoke'; readonly invocation: InvocationRequest }
  | {
      readonly type: 'register';
      readonly name: string | undefined;
      readonly features: string | undefined;
      readonly body: string;
      /** Becomes the extension's if it is accepted. */
      readonly newIdentifier: string;
    }
  | { readonly type: 'extension-next'; readonly identifier: string | undefined; readonly eventIdentifier: string }
  | {
      readonly type: 'extension-error';
      readonly during: 'init' | 'exit';
      readonly identifier: string | undefined;
      readonly errorType: string | undefined;
    }
  | {
      readonly type: 'subscribe';
      readonly api: SubscribedApi;
      readonly identifier: string | undefined;
      readonly body: string;
    }
  | { readonly type: 'runtime-next' }
  | { readonly type: 'runtime-restore-next' }
  | { readonly type: 'runtime-restore-error'; readonly errorType: string | undefined; readonly body: Uint8Array }
  | { readonly type: 'response-started'; readonly requestId: string; readonly mode: string | undefined }
  | {
      readonly type: 'response-finished';
      readonly requestId: string;
      readonly body: Uint8Array;
      readonly contentType: string | undefined;
      readonly bytes: number;
      readonly problem: ResponseProblem | undefined;
    }
  | {
      readonly type: 'invocation-error';
      readonly requestId: string;
      readonly errorType: string | undefined;
      readonly body: Uint8Array;
    }
  | { readonly type: 'runtime-init-error'; readonly errorType: string | undefined; readonly body: Uint8Array }
  | {
      readonly type: 'shutdown';
      readonly reason: ShutdownReason;
      readonly next: AfterShutdown;
      /** How long an invocation that has begun may still take. Default: 0. */
      readonly waitMs?: number;
    };

/** Why the runtime's response cannot be the caller's answer. A streamed answer has begun by then and ends with the error. */
export type ResponseProblem =
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'stream-error'; readonly errorType: string; readonly errorBody: string };

export type PhaseEvent =
  | (Question & { readonly call: CallId })
  | { readonly type: 'call-closed'; readonly call: CallId }
  | { readonly type: 'init' }
  | { readonly type: 'restore' }
  /** All invocations that had begun before a shutdown was asked for are over. */
  | { readonly type: 'drained' }
  | { readonly type: 'extensions-found'; readonly names: readonly string[] }
  | { readonly type: 'launch-failed'; readonly process: ProcessName; readonly problem: LaunchProblem }
  /** The emulator itself could not carry an effect out. */
  | {
      readonly type: 'effect-failed';
      readonly effect: string;
      readonly reason: string;
      /** The process that was not started. */
      readonly process?: ProcessName;
    }
  | {
      readonly type: 'exited';
      readonly process: ProcessName;
      readonly code: number | undefined;
      readonly signal: string | undefined;
    }
  | { readonly type: 'timer'; readonly timer: string }
  | { readonly type: 'freeze' }
  | { readonly type: 'thaw' };

export type Effect =
  | {
      readonly do: 'reply';
      readonly call: CallId;
      readonly reply: Reply;
      /** The invocation's call, whose sink takes the parts of the response that this reply accepts. */
      readonly streamTo?: CallId;
    }
  /** The reply to the function's caller, who may want the log's tail or have the first part of a stream already. */
  | { readonly do: 'answer'; readonly invocation: Invocation; readonly reply: Reply }
  | { readonly do: 'find-extensions' }
  | { readonly do: 'launch'; readonly process: ProcessName }
  | { readonly do: 'terminate'; readonly process: ProcessName }
  | { readonly do: 'kill'; readonly process: ProcessName }
  | { readonly do: 'kill-all' }
  | { readonly do: 'freeze' }
  | { readonly do: 'thaw' }
  | { readonly do: 'move-to-another-host' }
  | { readonly do: 'set-timer'; readonly timer: string; readonly ms: number }
  | { readonly do: 'clear-timer'; readonly timer: string }
  | { readonly do: 'record'; readonly record: PlatformRecord }
  | { readonly do: 'log'; readonly line: string }
  | { readonly do: 'hint'; readonly text: string }
  | { readonly do: 'begin-telemetry' }
  | { readonly do: 'subscribe'; readonly extension: string; readonly subscription: Subscription }
  | { readonly do: 'close-subscription' }
  | { readonly do: 'flush-telemetry' }
  | { readonly do: 'end-telemetry' };

/** What one step works on: a copy of the state that it may change, and the list of its effects. */
export interface Turn {
  readonly state: State;
  readonly effects: Effect[];
  readonly at: Moment;
  readonly config: FunctionConfiguration;
}
