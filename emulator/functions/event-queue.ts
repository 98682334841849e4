import type { SleepClock } from '../../foundation/clock.ts';
import type { InvocationRequest } from '../environment/events-and-effects.ts';
import type { Reply } from '../environment/state.ts';
import { afterAttempt } from './after-attempt.ts';
import { type FailedEvent, failedEvent } from './failed-event.ts';

export interface EventQueueParts {
  readonly clock: SleepClock;
  /** How long to wait before each retry. */
  readonly retryDelaysMs: readonly number[];
  readonly functionArn: string;
  readonly functionVersion: string;
  attempt(request: InvocationRequest, onReply: (reply: Reply) => void): void;
  /** Keeps an event whose retries all failed; undefined where nobody does. */
  readonly keep: ((failed: FailedEvent) => void) | undefined;
  onHint(text: string): void;
}

/** The asynchronous side of a function: runs `Event` invocations, retries those that fail, and keeps those that fail for good. */
export interface EventQueue extends Disposable {
  add(request: InvocationRequest): void;
}

export function createEventQueue(parts: EventQueueParts): EventQueue {
  const closing = new AbortController();
  let waiting = 0;

  const attempt = (request: InvocationRequest, attempts: number) => {
    parts.attempt(request, (reply) => {
      const next = afterAttempt(reply, attempts, parts.retryDelaysMs);
      if (reply.status >= 500 || (next.do === 'retry' && closing.signal.aborted))
        return parts.onHint(`Dropped event ${request.requestId}, because the emulator ends.`);
      if (next.do === 'retry') void retry(request, attempts, next.inMs);
      if (next.do === 'give-up') giveUp(request, attempts, reply);
    });
  };

  const retry = async (request: InvocationRequest, attempts: number, inMs: number) => {
    const all = parts.retryDelaysMs.length + 1;
    const when = inMs === 0 ? 'now' : `in ${inMs / 1_000} s`;
    parts.onHint(
      `Event ${request.requestId} failed. Lambda invokes again, and so do we, ${when} (${attempts + 1} of ${all}).`,
    );
    waiting++;
    const isOver = await parts.clock.sleep(inMs, { signal: closing.signal }).then(
      () => false,
      () => true,
    );
    waiting--;
    if (!isOver) attempt(request, attempts + 1);
  };

  const giveUp = (request: InvocationRequest, attempts: number, reply: Reply) => {
    const { keep, onHint } = parts;
    const what = `Event ${request.requestId} failed ${attempts} times`;
    if (keep === undefined) return onHint(`${what} and is dropped. --dead-letter-file keeps such events.`);
    try {
      keep(failedEvent(request, attempts, reply, parts));
      onHint(`${what} and is in the dead-letter file.`);
    } catch (error) {
      onHint(`${what} and is dropped, because the dead-letter file cannot be written: ${(error as Error).message}.`);
    }
  };

  return {
    add: (request) => attempt(request, 1),
    [Symbol.dispose]() {
      if (waiting > 0)
        parts.onHint(
          `Dropped ${waiting === 1 ? '1 event' : `${waiting} events`} that waited for a retry, because the emulator ends.`,
        );
      closing.abort();
    },
  };
}
