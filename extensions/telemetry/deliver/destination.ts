import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';
import type { Exporter } from '../exporters/exporter.ts';
import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, Signal } from '../items/item.ts';
import { afterFlush, type Breaker, closedBreaker, permission } from './breaker.ts';
import { type ItemBuffer, itemBuffer } from './buffer.ts';
import { type Delivery, deliver, type Send } from './deliver.ts';

/** One destination at work: what waits for it, and whether it can be reached. */
export interface Destination {
  readonly name: string;
  readonly signals: ReadonlySet<Signal>;
  /** @param itemBytes as `estimateBytes` gives them. */
  add(item: Item, itemBytes?: number): void;
  /**
   * Sends all that waits; never rejects. While another flush runs it begins after that. `isLast`: tries in any case, and its
   * signal ends the flush before it, too.
   */
  flush(signal: AbortSignal, isLast?: boolean): Promise<void>;
  /** Whether somebody should wait for a flush: not while the destination is down. */
  isWorthWaiting(): boolean;
  /** Whether so much waits that it had better leave soon. Never while the destination is down: there would be no end of it. */
  isFilling(): boolean;
  /** Takes what is left, for another destination. */
  takeRest(): Item[];
  counts(): DestinationCounts;
}

export interface DestinationCounts {
  readonly received: number;
  readonly delivered: number;
  /** Dropped, because more waited than may. */
  readonly dropped: number;
  /** Refused by the destination for good. */
  readonly rejected: number;
  /** Left to the fail-over. */
  readonly handedOver: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

export function countsByName(destinations: readonly Destination[]): Record<string, DestinationCounts> {
  return Object.fromEntries(destinations.map((destination) => [destination.name, destination.counts()]));
}

export interface DestinationOptions {
  readonly name: string;
  readonly signals: readonly Signal[];
  /** Rejects where it cannot be made now. */
  readonly exporter: (signal: AbortSignal) => Promise<Exporter>;
  readonly mostItems: number;
  readonly mostBytes: number;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** A loss as a metric for the same destination, which gets it if it takes metrics. */
  readonly lossItem: (reason: 'dropped' | 'rejected', count: number, nowMs: number) => Item;
  readonly onFlushed?: () => void;
}

export function openDestination(options: DestinationOptions): Destination {
  const { name, signals, exporter, mostItems, mostBytes, send, clock, random, log, lossItem, onFlushed } = options;
  const buffer: ItemBuffer = itemBuffer({ mostItems, mostBytes });
  let breaker: Breaker = closedBreaker;
  let running: Promise<void> | undefined;
  let endRunning = () => {};
  let following: Promise<void> | undefined;
  /** Of whoever asked last: their time is over last. */
  let next: { signal: AbortSignal; isLast: boolean } | undefined;
  let inFlight = 0;
  const counts = { received: 0, delivered: 0, dropped: 0, rejected: 0, handedOver: 0 };
  let saidRejected = 0;
  const told = { dropped: 0, rejected: 0 };

  /** While it is down a full buffer would be encoded, and held beside what comes, for nothing. */
  async function flushOnce(signal: AbortSignal): Promise<void> {
    const isMore = buffer.items > MOST_FIRST_ITEMS;
    const isReached = await flushSome(signal, MOST_FIRST_ITEMS);
    if (isMore && isReached) await flushSome(signal);
  }

  async function flushSome(signal: AbortSignal, most?: number): Promise<boolean> {
    const items = [...buffer.take(most), ...untoldLosses()];
    inFlight = items.length;
    let delivery: Delivery;
    try {
      delivery = await deliver(items, await exporter(signal), { send, clock, random, signal });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      delivery = { delivered: 0, lost: 0, again: items, outcome: { kind: 'down', afterMs: 0 }, problem };
    }
    inFlight = 0;
    counts.delivered += delivery.delivered;
    counts.rejected += delivery.lost;
    counts.dropped += buffer.putBack(delivery.again);
    const before = breaker;
    // A slow one that took some is not left alone for longer each time.
    breaker = afterFlush(delivery.delivered > 0 ? closedBreaker : breaker, delivery.outcome, clock.wallMs());
    report(before, delivery);
    onFlushed?.();
    return delivery.outcome.kind === 'reached';
  }

  /** They take no room in the buffer, where they would drop others. */
  function untoldLosses(): Item[] {
    return (['dropped', 'rejected'] as const).flatMap((reason) => {
      const count = counts[reason] - told[reason];
      if (count === 0 || !signals.includes('metrics')) return [];
      told[reason] = counts[reason];
      counts.received += 1;
      return [lossItem(reason, count, clock.wallMs())];
    });
  }

  function add(item: Item, itemBytes = estimateBytes(item)): void {
    counts.received += 1;
    counts.dropped += buffer.add(item, itemBytes);
  }

  function start(signal: AbortSignal, isLast: boolean): Promise<void> {
    if (buffer.items === 0 || (!isLast && permission(breaker, clock.wallMs()) === 'wait')) return Promise.resolve();
    const end = new AbortController();
    endRunning = () => end.abort();
    running = flushOnce(AbortSignal.any([signal, end.signal])).finally(() => {
      running = undefined;
    });
    return running;
  }

  /** What hangs must leave time for the fail-over. */
  function endRunningWith(signal: AbortSignal): void {
    if (signal.aborted) endRunning();
    else signal.addEventListener('abort', endRunning, { once: true });
  }

  /** A line when it goes down, when it is back, and with ten times the losses: one for each flush would be telemetry itself. */
  function report(before: Breaker, { problem, lost }: Delivery): void {
    if (breaker.state === 'open') {
      const seconds = Math.round(breaker.coolDownMs / 1_000);
      const message = `${name} takes nothing: ${problem}. ${buffer.items} records wait; next try in ${seconds} s`;
      if (before.state === 'closed') log.warn(message);
      else log.debug(message);
    } else if (before.state === 'open') {
      log.info(`${name} takes records again; ${counts.dropped} were dropped so far for want of room`);
    }
    if (lost === 0 || counts.rejected < saidRejected * 10) return;
    const soFar = saidRejected === 0 ? '' : ` (${counts.rejected} so far)`;
    log.warn(`${name} refused ${lost} records for good: ${problem}${soFar}`);
    saidRejected = counts.rejected;
  }

  return {
    name,
    signals: new Set(signals),
    add,
    flush(signal, isLast = false) {
      if (running === undefined && following === undefined) return start(signal, isLast);
      if (isLast) endRunningWith(signal);
      next = { signal, isLast: isLast || next?.isLast === true };
      following ??= Promise.resolve(running).then(() => {
        const asked = next ?? { signal, isLast };
        following = next = undefined;
        return start(asked.signal, asked.isLast);
      });
      return following;
    },
    isWorthWaiting: () => breaker.state === 'closed',
    isFilling: () =>
      breaker.state === 'closed' &&
      (buffer.bytes > mostBytes * SHARE_TO_LEAVE || buffer.items > mostItems * SHARE_TO_LEAVE),
    takeRest() {
      const items = buffer.take();
      counts.handedOver += items.length;
      return items;
    },
    counts: () => ({ ...counts, waiting: buffer.items + inFlight, waitingBytes: buffer.bytes }),
  };
}

/** A tenth of a second of encoding in a function of 128 MB, and mostly a single request. */
const MOST_FIRST_ITEMS = 2_000;
const SHARE_TO_LEAVE = 0.25;
