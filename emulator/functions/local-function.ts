import type { SleepClock } from '../../foundation/clock.ts';
import type { Environment, OnReply, StreamSink } from '../environment/environment.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import { serviceError } from '../environment/replies.ts';
import type { FunctionConfiguration, Reply } from '../environment/state.ts';
import { chooseEnvironment } from './choose-environment.ts';
import { beginExecution, EXECUTION_ARN_HEADER } from './durable-execution.ts';
import { createEventQueue } from './event-queue.ts';
import type { FailedEvent } from './failed-event.ts';
import { refusedTenant } from './tenant.ts';
import { type StartForTenant, tenantEnvironments } from './tenant-environments.ts';

export interface FunctionDescription
  extends Pick<FunctionConfiguration, 'functionName' | 'functionVersion' | 'functionArn' | 'concurrency'> {
  /** Whether each tenant has an environment of its own. */
  readonly tenantIsolation: boolean;
  readonly durable: boolean;
}

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
  /** Adds an environment that takes invocations, of any caller. */
  add(environment: Environment): void;
  /** With tenant isolation: how the environment of a tenant is started, which serves nobody else. */
  isolate(startFor: StartForTenant): void;
  /** Why Lambda would not invoke the function so; undefined where it would. */
  refuse(request: InvocationRequest): Reply | undefined;
  /** Calls back when the function has answered; for an `Event` at once, with 202. */
  invoke(request: InvocationRequest, onReply: OnReply, sink?: StreamSink): void;
  onHint(text: string): void;
}

export function createFunction(parts: FunctionParts): LocalFunction {
  const { clock, config, onHint } = parts;
  const environments: Member[] = [];

  let tenants: ReturnType<typeof tenantEnvironments> | undefined;

  const run = (request: InvocationRequest, onReply: OnReply, sink?: StreamSink) => {
    if (config.tenantIsolation) return runForTenant(request, onReply, sink);
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
  const runForTenant = (request: InvocationRequest, onReply: OnReply, sink: StreamSink | undefined) => {
    const { tenantId } = request;
    if (tenants === undefined || tenantId === undefined) throw new Error(`${config.functionName} has no tenants.`);
    const fail = (error: Error) => {
      onHint(`Cannot start an environment for tenant "${tenantId}": ${error.message}`);
      onReply(serviceError(429, 'TooManyRequestsException', 'Rate Exceeded.'), undefined);
    };
    tenants.of(tenantId).then((its) => void its.ask({ type: 'invoke', invocation: request }, onReply, sink), fail);
  };
  const accept = ({ tenantId, durableExecutionName }: InvocationRequest): Accepted => {
    const refused = refusedTenant(tenantId, config);
    return refused ? { refused } : beginExecution(durableExecutionName, config);
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
    isolate(startFor) {
      tenants = tenantEnvironments(startFor);
    },
    refuse: (request) => accept(request).refused,
    invoke(request, onReply, sink) {
      const { refused, executionArn } = accept(request);
      if (refused) return onReply(refused, undefined);
      const answer: OnReply =
        executionArn === undefined
          ? onReply
          : (reply, streamed) => onReply(withHeader(reply, EXECUTION_ARN_HEADER, executionArn), streamed);
      if (request.kind !== 'Event') return run(request, answer, sink);
      answer(QUEUED, undefined);
      queue.add(request);
    },
    [Symbol.dispose]: () => queue[Symbol.dispose](),
  };
}

interface Accepted {
  readonly refused?: Reply;
  /** Of a durable function. */
  readonly executionArn?: string;
}

interface Member {
  unanswered: number;
  readonly phaseName: Environment['phaseName'];
  ask(invocation: InvocationRequest, onReply: OnReply, sink: StreamSink | undefined): void;
}

function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

const QUEUED: Reply = { status: 202, headers: {}, body: '' };
