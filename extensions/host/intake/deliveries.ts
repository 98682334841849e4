import { readSync } from 'node:fs';
import type { Log } from '../../../foundation/log.ts';
import { onceAMinute } from '../../../foundation/once-a-minute.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import { parseDelivery } from './parse-delivery.ts';

export interface DeliveriesOptions {
  /** The supervisor's store. */
  readonly fd: number;
  /** Resolves when the next delivery may follow. The records are of all deliveries from `delivery` to `last`. */
  readonly onRecords: (records: readonly TelemetryRecord[], delivery: number, last: number) => Promise<void>;
  /** Told before the next deliveries up to this one are read. A process that dies until they are taken may have died of them. */
  readonly onReads: (last: number) => void;
  /** All deliveries up to this one have been dealt with, and no other is to be read now. */
  readonly onTaken: (seq: number) => void;
  /** Whether a delivery must come alone, because a process before this one has confirmed it for somebody. */
  readonly isPartlyConfirmed: (seq: number) => boolean;
  readonly announceWork: (cpuMs: number) => void;
  readonly log: Log;
}

export interface Stored {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}

/** Takes deliveries from the supervisor's store, one after the other. Lambda's many short ones come together. */
export function deliveries(options: DeliveriesOptions) {
  const { fd, onRecords, onReads, onTaken, isPartlyConfirmed, announceWork, log } = options;
  const waiting: Stored[] = [];
  const warn = onceAMinute(log.warn);
  let room: Promise<void> | undefined;
  let running: Promise<void> | undefined;

  async function takeAll(): Promise<void> {
    // All lines that came together are there by then.
    await undefined;
    while (waiting.length > 0) {
      if (room !== undefined) await room;
      const some = nextOnes();
      const [first, last] = [some[0] as Stored, some.at(-1) as Stored];
      onReads(last.seq);
      // Without records, too: an extension that confirms deliveries must see all numbers.
      await onRecords(recordsOf(some), first.seq, last.seq);
      // While others are held back, nobody may take those for the reason of a crash that are dealt with.
      if (waiting.length === 0 || room !== undefined) onTaken(last.seq);
    }
    running = undefined;
  }

  /** The next one, and those behind it that are short and lie beside it. */
  function nextOnes(): Stored[] {
    const [first] = waiting;
    if (first === undefined || isPartlyConfirmed(first.seq)) return waiting.splice(0, 1);
    let [count, end] = [1, first.offset + first.length];
    for (let next = waiting[1]; next?.offset === end && !isPartlyConfirmed(next.seq); next = waiting[count]) {
      end += next.length;
      if (end - first.offset > MOST_TOGETHER_BYTES) break;
      count += 1;
    }
    return waiting.splice(0, count);
  }

  function recordsOf(some: readonly Stored[]): readonly TelemetryRecord[] {
    const [first] = some;
    let body: Buffer;
    try {
      body = read(
        (first as Stored).offset,
        some.reduce((bytes, { length }) => bytes + length, 0),
      );
    } catch (error) {
      return unreadable(String(error));
    }
    const parsed = some.map(({ offset, length }) => {
      const start = offset - (first as Stored).offset;
      return parse(body.subarray(start, start + length));
    });
    return parsed.length === 1 ? (parsed[0] as readonly TelemetryRecord[]) : parsed.flat();
  }

  function parse(body: Buffer): readonly TelemetryRecord[] {
    const records = parseDelivery(body, announceWork);
    return typeof records === 'string' ? unreadable(records) : records;
  }

  function unreadable(why: string): readonly TelemetryRecord[] {
    warn(`Dropped a telemetry delivery that cannot be read: ${why}.`);
    return [];
  }

  /** From memory, so it takes no longer than a copy. */
  function read(offset: number, length: number): Buffer {
    const body = Buffer.allocUnsafe(length);
    for (let from = 0; from < length; ) {
      const bytes = readSync(fd, body, from, length - from, offset + from);
      if (bytes === 0) throw new Error(`the store ends after ${from} of its ${length} bytes`);
      from += bytes;
    }
    return body;
  }

  return {
    take(stored: Stored): void {
      waiting.push(stored);
      running ??= takeAll();
    },
    holdBack(until: Promise<void>): void {
      room = until;
      void until.then(() => {
        if (room === until) room = undefined;
      });
    },
    /** Resolves when all deliveries so far are taken. */
    async idle(): Promise<void> {
      await running;
    },
  };
}

/**
 * Each batch costs some 0.2 ms beside its records. After a crash, a vendor may get what this many bytes hold again, which is
 * less than one request.
 */
const MOST_TOGETHER_BYTES = 32 * 1024;
