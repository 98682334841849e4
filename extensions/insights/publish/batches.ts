import { bytesOf, type LogEvent } from './event-queue.ts';

/**
 * Groups of events within the limits of PutLogEvents, in the order of their times.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
export function batchesOf(events: readonly LogEvent[]): LogEvent[][] {
  const batches: LogEvent[][] = [];
  let bytes = 0;
  for (const event of events.toSorted((a, b) => a.timestamp - b.timestamp)) {
    const batch = batches.at(-1);
    const first = batch?.[0];
    bytes += bytesOf(event);
    if (
      batch === undefined ||
      first === undefined ||
      batch.length >= MOST_EVENTS ||
      bytes > MOST_BYTES ||
      event.timestamp - first.timestamp >= DAY_MS
    ) {
      batches.push([event]);
      bytes = bytesOf(event);
    } else batch.push(event);
  }
  return batches;
}

const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const DAY_MS = 24 * 60 * 60 * 1_000;
