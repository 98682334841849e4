import type { CallJson } from '../../../aws-call/call-json.ts';
import { orAborted } from '../../../foundation/or-aborted.ts';
import { timeLimit } from '../../../foundation/time-limit.ts';
import { uniqueUuid } from '../../../foundation/unique-bytes.ts';
import type { Clock, LambdaFunction, Log } from '../../sdk/index.ts';
import { batchesOf } from './batches.ts';
import { eventQueue } from './event-queue.ts';
import { explainFailure, type Failure } from './explain-failure.ts';
import type { Output } from './output.ts';
import { type LogStream, logEventsPutter } from './put-log-events.ts';

export interface CloudWatchOptions {
  readonly call: CallJson;
  /** Of the endpoint, for the log. */
  readonly host: string;
  readonly lambda: LambdaFunction;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly log: Pick<Log, 'warn' | 'info'>;
}

/** Events for the log group of Lambda Insights. Until they are sent they wait in memory, within a bound. */
export function cloudWatchOutput(options: CloudWatchOptions): Output {
  const { call, host, lambda, intervalMs, timeoutMs, clock, log } = options;
  const queue = eventQueue(MOST_BYTES);
  const put = logEventsPutter(call);
  const counts = { delivered: 0, rejected: 0, dropped: 0 };
  let stream: LogStream | undefined;
  let lastTryAtMs = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let lastFailure: Failure | undefined;
  let running: Promise<void> | undefined;

  /** What is said once about a failure, until a call succeeds again. */
  function failed(failure: Failure, waiting: number): void {
    failures += 1;
    if (failure.why === lastFailure?.why) return;
    lastFailure = failure;
    log.warn(
      `CloudWatch took no documents because ${failure.why}. ${waiting} wait in memory, and the next try is in ${Math.round(waitMs() / 1_000)} s or later. ${failure.advice}`,
    );
  }

  function waitMs(): number {
    if (failures === 0) return intervalMs;
    return Math.min(LONGEST_WAIT_MS, Math.max(intervalMs, FIRST_WAIT_MS) * 2 ** (failures - 1));
  }

  function isDue(): boolean {
    if (queue.size() === 0) return false;
    // The wall clock may step back.
    const isTime = Math.abs(clock.wallMs() - lastTryAtMs) >= waitMs();
    return isTime || (failures === 0 && queue.isHalfFull());
  }

  async function sendAll(signal: AbortSignal): Promise<void> {
    lastTryAtMs = clock.wallMs();
    const batches = batchesOf(queue.takeAll());
    for (const [index, batch] of batches.entries()) {
      try {
        stream ??= streamOf(lambda);
        const rejected = await put(batch, stream, signal);
        counts.rejected += rejected;
        counts.delivered += batch.length - rejected;
        if (rejected > 0) {
          log.warn(
            `CloudWatch rejected ${rejected} documents because their time is more than 14 days ago, 2 hours ahead, or older than the retention of ${LOG_GROUP}.`,
          );
        }
        if (failures > 0) log.info('CloudWatch takes documents again.');
        failures = 0;
        lastFailure = undefined;
      } catch (error) {
        const failure = explainFailure(error, signal, host);
        const rest = batches.slice(index).flat();
        if (failure.isWorthRetry) drop(queue.giveBack(rest));
        else {
          counts.rejected += batch.length;
          drop(queue.giveBack(batches.slice(index + 1).flat()));
        }
        failed(failure, queue.size());
        return;
      }
    }
  }

  function drop(dropped: number): void {
    if (dropped > 0 && counts.dropped === 0) {
      log.warn(
        `Dropped ${dropped} documents because more than ${MOST_BYTES / 1_024} KiB wait for CloudWatch. Later drops are counted and said at shutdown.`,
      );
    }
    counts.dropped += dropped;
  }

  /** One at a time: a second caller waits for the first one's call. */
  async function send(signal: AbortSignal): Promise<void> {
    using bound = timeLimit(timeoutMs, signal);
    running ??= sendAll(bound.signal).finally(() => {
      running = undefined;
    });
    await orAborted(running, bound.signal).catch(() => undefined);
    // A call that the signal ended gives its events back now.
    if (bound.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    add: (document) => {
      drop(queue.add({ timestamp: document._aws.Timestamp, message: JSON.stringify(document) }));
    },
    async flushIfDue(signal) {
      if (isDue()) await send(signal);
    },
    async end(signal) {
      // A call that began before the freeze may have to fail first.
      if (running !== undefined) await send(signal);
      if (queue.size() > 0) await send(signal);
      const lost = queue.size() + counts.dropped;
      if (lost > 0)
        log.warn(
          `Lost ${lost} documents of Insights because ${lastFailure?.why ?? `${host} did not answer before the end`}.`,
        );
    },
    restored() {
      stream = undefined;
    },
    counts: () => ({ ...counts, waiting: queue.size() }),
  };
}

/** One stream an environment, as Lambda has it. CloudWatch refuses colons and asterisks in the name. */
function streamOf({ name, version, logStream }: LambdaFunction): LogStream {
  // Node.js may have UUIDs ready that lie in a snapshot.
  const own = logStream || `${version}/${uniqueUuid()}`;
  return { logGroupName: LOG_GROUP, logStreamName: `${name}/${own}`.replace(/[:*]/g, '_').slice(0, LONGEST_NAME) };
}

const LOG_GROUP = '/aws/lambda-insights';
const LONGEST_NAME = 512;
const MOST_BYTES = 512 * 1024;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 5 * 60_000;
