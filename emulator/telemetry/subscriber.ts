import type { SleepClock } from '../../foundation/clock.ts';
import type { PlatformRecord, TelemetryRecord, TelemetryType } from '../../lambda-api/telemetry-api.ts';
import type { Subscription } from '../environment/subscription.ts';
import { connectDestination, type Destination } from './destination.ts';

/** Faults that tests inject into deliveries. */
export interface DeliveryFault {
  /** How long each delivery is delayed. */
  telemetryDelayMs: number;
  /** How many of the next deliveries fail, as if nobody listened. */
  telemetryFailures: number;
}

export interface Subscriber {
  readonly extension: string;
  readonly types: readonly TelemetryType[];
  readonly schemaVersion: Subscription['schemaVersion'];
  add(record: TelemetryRecord): void;
  pause(): void;
  resume(): void;
  flush(): void;
  end(): void;
}

interface SubscriberOptions {
  readonly clock: SleepClock;
  readonly fault: DeliveryFault;
  /** Once, when several attempts in a row found nobody, or the environment ends before one arrived. */
  onUnreachable(): void;
  onDropped(record: Extract<PlatformRecord, { type: 'platform.logsDropped' }>): void;
}

interface Batch {
  readonly items: string[];
  bytes: number;
}

/** How much may wait for a slow destination; beyond this the newest records are dropped. */
const MOST_WAITING_BYTES = 8 * 1_048_576;
const MOST_ATTEMPTS_AFTER_4XX = 3;
/** A listener may open its port a moment after the subscription. */
const ATTEMPTS_BEFORE_HINT = 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const FALLEN_BEHIND = 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.';

/** Buffers the records of one subscription and delivers one batch after the other. */
export function createSubscriber(
  extension: string,
  { types, schemaVersion, buffering: { maxItems, maxBytes, timeoutMs }, destination: target }: Subscription,
  { clock, fault, onDropped, onUnreachable }: SubscriberOptions,
): Subscriber {
  const destination: Destination = connectDestination(target);
  const ended = new AbortController();
  const waiting: Batch[] = [];
  let waitingBytes = 0;
  let current: Batch = { items: [], bytes: 0 };
  let timer: AbortController | undefined;
  let isPaused = false;
  let isDelivering = false;
  let wake: () => void = () => {};
  let failures = 0;
  let isReachable = false;
  let dropped = { droppedRecords: 0, droppedBytes: 0 };

  const close = () => {
    timer?.abort();
    timer = undefined;
    if (current.items.length === 0) return;
    waiting.push(current);
    current = { items: [], bytes: 0 };
    void deliverAll();
  };

  const startTimer = () => {
    if (timer || current.items.length === 0) return;
    const started = new AbortController();
    timer = started;
    clock.sleep(timeoutMs, { signal: started.signal }).then(close, () => {});
  };

  const drop = (records: number, bytes: number) => {
    dropped = { droppedRecords: dropped.droppedRecords + records, droppedBytes: dropped.droppedBytes + bytes };
  };

  const reportDropped = (reason: string) => {
    if (dropped.droppedRecords === 0) return;
    const record = { ...dropped, reason };
    dropped = { droppedRecords: 0, droppedBytes: 0 };
    onDropped({ type: 'platform.logsDropped', record });
  };

  const untilResumed = async () => {
    while (isPaused && !ended.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
  };

  /** Whether the batch arrived. Retries as long as the environment lives, but only a few times after a refusal. */
  const deliver = async (batch: Batch): Promise<boolean> => {
    let refusals = 0;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await untilResumed();
      if (fault.telemetryDelayMs > 0) await clock.sleep(fault.telemetryDelayMs, { signal: ended.signal });
      if (ended.signal.aborted) return false;
      const outcome = fault.telemetryFailures > 0 ? 'failed' : await destination.send(batch.items, ended.signal);
      if (fault.telemetryFailures > 0) fault.telemetryFailures -= 1;
      if (outcome === 'delivered') isReachable = true;
      else if (outcome === 'failed' && ++failures === ATTEMPTS_BEFORE_HINT && !isReachable) onUnreachable();
      if (outcome === 'delivered') return true;
      if (outcome === 'refused' && ++refusals >= MOST_ATTEMPTS_AFTER_4XX) return false;
      await clock.sleep(pauseMs, { signal: ended.signal });
    }
  };

  const deliverAll = async () => {
    if (isDelivering) return;
    isDelivering = true;
    try {
      for (let batch = waiting[0]; batch; batch = waiting[0]) {
        const isDelivered = await deliver(batch);
        waiting.shift();
        waitingBytes -= batch.bytes;
        if (isDelivered) reportDropped(FALLEN_BEHIND);
        else {
          drop(batch.items.length, batch.bytes);
          reportDropped('The subscriber refused the logs.');
        }
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    } finally {
      isDelivering = false;
    }
  };

  return {
    extension,
    types,
    schemaVersion,
    add(record) {
      const item = JSON.stringify(record);
      const bytes = Buffer.byteLength(item);
      if (waitingBytes + bytes > MOST_WAITING_BYTES) return drop(1, bytes);
      waitingBytes += bytes;
      current.items.push(item);
      current.bytes += bytes;
      if (current.items.length >= maxItems || current.bytes >= maxBytes) close();
      else if (!isPaused) startTimer();
    },
    pause() {
      isPaused = true;
      timer?.abort();
      timer = undefined;
    },
    resume() {
      isPaused = false;
      wake();
      startTimer();
    },
    flush: close,
    end() {
      if (!isReachable && failures > 0 && failures < ATTEMPTS_BEFORE_HINT) onUnreachable();
      ended.abort();
      timer?.abort();
      wake();
      destination.close();
    },
  };
}
