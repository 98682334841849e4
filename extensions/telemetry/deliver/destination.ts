import type { Clock, Log } from '../../sdk/index.ts';
import type { Exporter, Send } from '../exporters/exporter.ts';
import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, Signal } from '../items/item.ts';
import { afterFlush, type Breaker, closedBreaker, permission } from './breaker.ts';
import { type Bounds, type ItemBuffer, itemBuffer } from './buffer.ts';
import { type Delivery, deliver } from './deliver.ts';
import { makeHeapFrugal } from './frugal-heap.ts';

/** A destination that runs: its buffer, and whether the vendor can be reached. */
export interface Destination {
  readonly name: string;
  readonly signals: ReadonlySet<Signal>;
  /** @param itemBytes as `estimateBytes` gives them. */
  add(item: Item, itemBytes?: number): void;
  /**
   * Sends all waiting items; never rejects. It begins after a flush that already runs. `isLast` tries even if the destination is
   * down, and its signal ends the flush before it, too.
   */
  flush(signal: AbortSignal, isLast?: boolean): Promise<void>;
  /** Whether a flush is worth waiting for: not while the destination is down. */
  isWorthWaiting(): boolean;
  /** Whether the buffer is so full that it should be flushed now. Never while the destination is down: a flush could not help. */
  isFilling(): boolean;
  /** Takes the items that are left, for another destination. */
  takeRest(): Item[];
  counts(): DestinationCounts;
  /** How many of the waiting items only this process has, and how many of these are on their way. */
  unkept(): { items: number; sending: number };
  /** Number of the oldest delivery of which it has an item, or handed one over; undefined if there is none. */
  oldestDelivery(): number | undefined;
}

export interface DestinationCounts {
  readonly received: number;
  readonly delivered: number;
  /** Dropped because the buffer was full. */
  readonly dropped: number;
  /** Rejected by the destination, never to be accepted. */
  readonly rejected: number;
  /** Handed over to the fail-over. */
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
  /** Rejects if the exporter cannot be made now. */
  readonly exporter: (signal: AbortSignal) => Promise<Exporter>;
  readonly mostItems: number;
  readonly mostBytes: number;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** A loss as a metric for the same destination, which gets it if it takes metrics. */
  readonly lossItem: (reason: 'dropped' | 'rejected', count: number, nowMs: number) => Item;
  /** Called before items are sent; they are sent when it resolves. */
  readonly onSending?: (() => Promise<void>) | undefined;
  readonly onFlushed?: (() => void) | undefined;
}

export function openDestination(options: DestinationOptions): Destination {
  const { name, signals, exporter, mostItems, mostBytes, send, clock, random, log, lossItem, onSending, onFlushed } =
    options;
  const buffer: ItemBuffer = itemBuffer({ mostItems, mostBytes });
  let breaker: Breaker = closedBreaker;
  let running: Promise<void> | undefined;
  let endRunning = () => {};
  let following: Promise<void> | undefined;
  /** The options of the latest request, whose time is over last. */
  let next: { signal: AbortSignal; isLast: boolean } | undefined;
  let inFlight = 0;
  let unkeptInFlight = 0;
  let lossesInFlight = 0;
  let isFrugal = false;
  const counts = { received: 0, delivered: 0, dropped: 0, rejected: 0, handedOver: 0 };
  let reportedRejected = 0;
  const sentLosses = { dropped: 0, rejected: 0 };

  /**
   * Sends what waits now, in rounds. The first has few items: if the vendor is down, encoding more takes time and memory for
   * nothing. The others bound the work on all items of a round, such as sorting them, and leave room in the buffer for new ones.
   */
  async function flushOnce(signal: AbortSignal): Promise<void> {
    let left = buffer.items;
    for (let most = MOST_FIRST_ITEMS; left > 0; most = MOST_ITEMS) {
      const sent = await flushSome(signal, { items: Math.min(most, left), bytes: mostBytes * SHARE_TO_LEAVE });
      if (sent === 0) return;
      left -= sent;
    }
  }

  /** Returns how many items it sent; 0 if the vendor takes nothing more now. */
  async function flushSome(signal: AbortSignal, most: Bounds): Promise<number> {
    const taken = buffer.take(most);
    const losses = unsentLosses();
    const items = [...taken, ...losses];
    inFlight = items.length;
    lossesInFlight = losses.length;
    unkeptInFlight = items.filter(({ delivery }) => delivery === undefined).length;
    await onSending?.();
    const beganAtMs = clock.monotonicMs();
    let delivery: Delivery;
    try {
      delivery = await deliver(items, await exporter(signal), { send, clock, random, signal });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      delivery = { delivered: 0, lost: 0, again: items, outcome: { kind: 'down', afterMs: 0 }, problem };
    }
    inFlight = unkeptInFlight = lossesInFlight = 0;
    const { delivered, again } = delivery;
    log.debug(
      `${name}: ${delivered} of ${items.length} records delivered in ${Math.round(clock.monotonicMs() - beganAtMs)} ms, ${again.length} wait`,
    );
    counts.delivered += delivered;
    counts.rejected += delivery.lost;
    counts.dropped += buffer.settle(delivery.again);
    const before = breaker;
    // The cool-down of a slow vendor that took some items does not grow.
    breaker = afterFlush(delivery.delivered > 0 ? closedBreaker : breaker, delivery.outcome, clock.wallMs());
    report(before, delivery);
    onFlushed?.();
    return delivery.outcome.kind === 'reached' ? taken.length : 0;
  }

  /** Losses as items. They do not go through the buffer, where they would drop others. */
  function unsentLosses(): Item[] {
    return (['dropped', 'rejected'] as const).flatMap((reason) => {
      const count = counts[reason] - sentLosses[reason];
      if (count === 0 || !signals.includes('metrics')) return [];
      sentLosses[reason] = counts[reason];
      counts.received += 1;
      return [lossItem(reason, count, clock.wallMs())];
    });
  }

  function add(item: Item, itemBytes = estimateBytes(item)): void {
    counts.received += 1;
    counts.dropped += buffer.add(item, itemBytes);
    if (isFrugal || buffer.bytes <= mostBytes * SHARE_TO_LEAVE) return;
    makeHeapFrugal();
    isFrugal = true;
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

  /** A flush that hangs must leave time for the fail-over. */
  function endRunningWith(signal: AbortSignal): void {
    if (signal.aborted) endRunning();
    else signal.addEventListener('abort', endRunning, { once: true });
  }

  /** Logs when it goes down, when it is back, and at ten times the losses. A line a flush would itself be more telemetry. */
  function report(before: Breaker, { problem, lost }: Delivery): void {
    if (breaker.state === 'open') {
      const seconds = Math.round(breaker.coolDownMs / 1_000);
      const message = `Cannot deliver to ${name}: ${problem}. ${buffer.items} records wait, and the next try is in ${seconds} s.`;
      if (before.state === 'closed') log.warn(message);
      else log.debug(message);
    } else if (before.state === 'open') {
      log.info(`${name} takes records again. ${explainDropped(counts.dropped)}`);
    }
    if (lost === 0 || counts.rejected < reportedRejected * 10) return;
    const soFar = reportedRejected === 0 ? '' : ` (${counts.rejected} so far)`;
    log.warn(`Dropped ${lost} records${soFar} because ${name} rejected them: ${problem}.`);
    reportedRejected = counts.rejected;
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
      const items = buffer.handOver();
      counts.handedOver += items.length;
      return items;
    },
    unkept: () => ({ items: buffer.unkept + lossesInFlight, sending: unkeptInFlight }),
    oldestDelivery: buffer.oldestDelivery,
    counts: () => ({ ...counts, waiting: buffer.items + inFlight, waitingBytes: buffer.bytes }),
  };
}

function explainDropped(dropped: number): string {
  if (dropped === 0) return 'No record was dropped.';
  return `${dropped} were dropped so far because the buffer was full. Raise TELEMETRY_BUFFER_BYTES or add a fail-over.`;
}

/** Encoding these takes 0.1 s in a function of 128 MB. Most vendors take them in one request. */
const MOST_FIRST_ITEMS = 2_000;
const MOST_ITEMS = 10_000;
const SHARE_TO_LEAVE = 0.25;
