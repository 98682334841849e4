import { readSync } from 'node:fs';
import type { Log } from '../../../foundation/log.ts';
import type { TelemetryRecord } from '../../../lambda-api/telemetry-api.ts';
import { parseDelivery } from './parse-delivery.ts';

export interface DeliveriesOptions {
  /** The supervisor's store. */
  readonly fd: number;
  /** Resolves when the next delivery may follow. */
  readonly onRecords: (records: readonly TelemetryRecord[], delivery: number) => Promise<void>;
  /** All deliveries up to this one have been dealt with, and no other waits. */
  readonly onTaken: (seq: number) => void;
  readonly announceWork: (cpuMs: number) => void;
  readonly log: Log;
}

export interface Stored {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}

/** Takes deliveries from the supervisor's store, one after the other. */
export function deliveries({ fd, onRecords, onTaken, announceWork, log }: DeliveriesOptions) {
  let last: Promise<void> | undefined;
  let waiting = 0;

  async function takeOne(stored: Stored): Promise<void> {
    // Without records, too: an extension that confirms deliveries must see all numbers.
    await onRecords(recordsOf(stored), stored.seq);
    waiting -= 1;
    if (waiting === 0) onTaken(stored.seq);
  }

  function recordsOf(stored: Stored): readonly TelemetryRecord[] {
    let records: readonly TelemetryRecord[] | string;
    try {
      records = parseDelivery(read(stored), announceWork);
    } catch (error) {
      records = String(error);
    }
    if (typeof records !== 'string') return records;
    log.warn(`Dropped a telemetry delivery that cannot be read: ${records}.`);
    return [];
  }

  /** From memory, so it takes no longer than a copy. */
  function read({ offset, length }: Stored): Buffer {
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
      waiting += 1;
      last = last === undefined ? takeOne(stored) : last.then(() => takeOne(stored));
    },
    /** Resolves when all deliveries so far are taken. */
    async idle(): Promise<void> {
      await last;
    },
  };
}
