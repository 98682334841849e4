import type { SleepClock } from '../../foundation/clock.ts';
import type { Environment, OnReply, StreamSink } from '../environment/environment.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import type { FunctionConfiguration, Reply } from '../environment/state.ts';
import { chooseEnvironment } from './choose-environment.ts';
import { createEventQueue } from './event-queue.ts';
import type { FailedEvent } from './failed-event.ts';

export type FunctionDescription = Pick<
  FunctionConfiguration,
  'functionName' | 'functionVersion' | 'functionArn' | 'concurrency'
>;

export interface FunctionParts {
  readonly clock: SleepClock;
  readonly config: FunctionDescription;
  readonly eventRetryDelaysMs: readonly number[];
  readonly keepFailedEvent: ((failed: FailedEvent) => void) | undefined;
  onHint(text: string): void;
}

/** A function as its callers see it: a name, and one environment or several behind it. */
export interface LocalFunction extends Disposable {
  readonly config: FunctionDescription;
  /** Adds an environment that takes invocations. */
  add(environment: Environment): void;
  /** Calls back when the function has answered; for an `Event` at once, with 202. */
  invoke(request: InvocationRequest, onReply: OnReply, sink?: StreamSink): void;
  onHint(text: string): void;
}

export function createFunction(parts: FunctionParts): LocalFunction {
  const { clock, config, onHint } = parts;
  const environments: Member[] = [];

  const run = (request: InvocationRequest, onReply: OnReply, sink?: StreamSink) => {
    const chosen = environments[chooseEnvironment(environments, config.concurrency)];
    if (chosen === undefined) throw new Error(`${config.functionName} has no environment yet.`);
    chosen.unanswered++;
    chosen.ask(
      request,
      (reply, streamed) => {
        chosen.unanswered--;
        onReply(reply, streamed);
      },
      sink,
    );
  };
  const queue = createEventQueue({
    clock,
    retryDelaysMs: parts.eventRetryDelaysMs,
    functionArn: config.functionArn,
    functionVersion: config.functionVersion,
    attempt: run,
    keep: parts.keepFailedEvent,
    onHint,
  });

  return {
    config,
    onHint,
    add(environment) {
      environments.push({
        unanswered: 0,
        get phaseName() {
          return environment.phaseName;
        },
        ask: (invocation, onReply, sink) => environment.ask({ type: 'invoke', invocation }, onReply, sink),
      });
    },
    invoke(request, onReply, sink) {
      if (request.kind !== 'Event') return run(request, onReply, sink);
      onReply(QUEUED, undefined);
      queue.add(request);
    },
    [Symbol.dispose]: () => queue[Symbol.dispose](),
  };
}

interface Member {
  unanswered: number;
  readonly phaseName: Environment['phaseName'];
  ask(invocation: InvocationRequest, onReply: OnReply, sink: StreamSink | undefined): void;
}

const QUEUED: Reply = { status: 202, headers: {}, body: '' };
