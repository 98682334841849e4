import type { Clock, Log } from '../../sdk/index.ts';
import type { Exporter, Send } from '../exporters/exporter.ts';
import type { Item, Signal } from '../items/item.ts';
import { afterFlush, type Breaker, closedBreaker, permission } from './breaker.ts';
import { type Bounds, itemBuffer } from './buffer.ts';
import { type Delivery, deliver } from './deliver.ts';
import type { EndpointReport } from './report.ts';
import type { Room } from './room.ts';
import type { Tally } from './tally.ts';

/** One address of a vendor: what waits for it, and whether it can be reached. Each fails by itself. */
export interface Endpoint {
  /** The name of its mark. */
  readonly name: string;
  readonly signals: ReadonlySet<Signal>;
  add(item: Item, itemBytes: number): void;
  /**
   * Sends all waiting items; never rejects. It begins after a flush that already runs. `isLast` tries even if the endpoint is
   * down, and its signal ends the flush before it, too.
   */
  flush(signal: AbortSignal, isLast?: boolean): Promise<void>;
  /** Whether a flush is worth waiting for: not while the endpoint is down. */
  isWorthWaiting(): boolean;
  /** Whether so much waits that it should be flushed now. Never while the endpoint is down: a flush could not help. */
  isFilling(): boolean;
  /** Takes those items that are left which somebody else takes. */
  takeRest(isTaken: (item: Item) => boolean): Item[];
  /** How many of the waiting items only this process has, and how many of these are on their way. */
  unkept(): { items: number; sending: number };
  /** Number of the oldest delivery of which it has an item, or handed one over; undefined if there is none. */
  oldestDelivery(): number | undefined;
  waiting(): { items: number; bytes: number };
}

export interface EndpointContext {
  /** Rejects if the exporter cannot be made now. */
  readonly exporter: (signal: AbortSignal) => Promise<Exporter>;
  readonly mostItems: number;
  readonly mostBytes: number;
  readonly send: Send;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Called before items are sent; they are sent when it resolves. */
  readonly onSending?: (() => Promise<void>) | undefined;
  readonly onFlushed?: (() => void) | undefined;
}

/**
 * Decides what is sent again from here: with this flush if something is set aside, else with the next one. `setAside` moves that; to
 * be called when it is here no more, since both places share their room.
 */
export type SortOut = (
  delivery: Delivery,
  isLast: boolean,
) => Pick<Delivery, 'again' | 'outcome'> & { readonly setAside?: () => void };

export interface EndpointOptions extends EndpointContext {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly room: Room;
  readonly tally: Tally;
  readonly report: EndpointReport;
  /** Losses as items. They never are in the buffer, where they would drop others, or be dropped with the number that they tell. */
  readonly losses: { areDue(): boolean; take(): Item[]; giveBack(items: readonly Item[]): void };
  readonly sortOut: SortOut;
  /** Number of the oldest delivery of which an item was set aside. */
  readonly oldestSetAside?: () => number | undefined;
  /** Whether an invocation may wait for it. */
  readonly isAwaited: boolean;
}

export function openEndpoint(options: EndpointOptions): Endpoint {
  const { name, signals, exporter, room, mostItems, mostBytes, send, clock, random, log, tally, losses } = options;
  const buffer = itemBuffer(room);
  let breaker: Breaker = closedBreaker;
  let running: Promise<void> | undefined;
  let endRunning = () => {};
  let following: Promise<void> | undefined;
  /** The options of the latest request, whose time is over last. */
  let next: { signal: AbortSignal; isLast: boolean } | undefined;
  let inFlight = 0;
  let unkeptInFlight = 0;
  let lossesInFlight = 0;

  /**
   * Sends what waits now, in rounds. The first has few items: if the vendor is down, encoding more takes time and memory for
   * nothing. The others bound the work on all items of a round, such as sorting them, and leave room in the buffer for new ones.
   */
  async function flushOnce(signal: AbortSignal, isLast: boolean): Promise<void> {
    let left = buffer.items;
    for (let most = MOST_FIRST_ITEMS; left > 0 || losses.areDue(); most = MOST_ITEMS) {
      const bounds = { items: Math.min(most, left), bytes: mostBytes * SHARE_TO_LEAVE };
      const done = await flushSome(signal, bounds, isLast);
      if (done === 0) return;
      left = Math.min(left - done, buffer.items);
    }
  }

  /** Returns how many items it is done with for now; 0 if the vendor takes nothing more now. */
  async function flushSome(signal: AbortSignal, most: Bounds, isLast: boolean): Promise<number> {
    const taken = buffer.take(most);
    const lost = losses.take();
    const items = [...taken, ...lost];
    inFlight = items.length;
    lossesInFlight = lost.length;
    unkeptInFlight = items.filter(({ delivery }) => delivery === undefined).length;
    await options.onSending?.();
    const beganAtMs = clock.monotonicMs();
    let delivery: Delivery;
    try {
      delivery = await deliver(items, await exporter(signal), { send, clock, random, signal });
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      delivery = { delivered: 0, lost: 0, again: items, failed: [], outcome: { kind: 'down', afterMs: 0 }, problem };
    }
    inFlight = unkeptInFlight = lossesInFlight = 0;
    losses.giveBack(delivery.again.filter((item) => lost.includes(item)));
    const { again, outcome, setAside } = options.sortOut(withoutItems(delivery, lost), isLast);
    log.debug(
      `${name}: ${delivery.delivered} of ${items.length} records delivered in ${Math.round(clock.monotonicMs() - beganAtMs)} ms, ${again.length} wait`,
    );
    tally.delivered += delivery.delivered;
    tally.rejected += delivery.lost;
    tally.dropped += buffer.settle(again);
    setAside?.();
    const before = breaker;
    // The cool-down of a slow vendor that took some items does not grow.
    breaker = afterFlush(delivery.delivered > 0 ? closedBreaker : breaker, outcome, clock.wallMs());
    options.report({ before, breaker, delivery, waiting: buffer.items });
    options.onFlushed?.();
    if (outcome.kind !== 'reached') return 0;
    return setAside === undefined ? taken.length : taken.length - again.length;
  }

  function start(signal: AbortSignal, isLast: boolean): Promise<void> {
    const isEmpty = buffer.items === 0 && !losses.areDue();
    if (isEmpty || (!isLast && permission(breaker, clock.wallMs()) === 'wait')) return Promise.resolve();
    const end = new AbortController();
    endRunning = () => end.abort();
    running = flushOnce(AbortSignal.any([signal, end.signal]), isLast).finally(() => {
      running = undefined;
    });
    return running;
  }

  /** A flush that hangs must leave time for the fail-over. */
  function endRunningWith(signal: AbortSignal): void {
    if (signal.aborted) endRunning();
    else signal.addEventListener('abort', endRunning, { once: true });
  }

  return {
    name,
    signals: new Set(signals),
    add(item, itemBytes) {
      tally.dropped += buffer.add(item, itemBytes);
    },
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
    isWorthWaiting: () => options.isAwaited && breaker.state === 'closed',
    isFilling: () =>
      options.isAwaited &&
      breaker.state === 'closed' &&
      (buffer.bytes > mostBytes * SHARE_TO_LEAVE || buffer.items > mostItems * SHARE_TO_LEAVE),
    takeRest: buffer.handOver,
    unkept: () => ({ items: buffer.unkept + lossesInFlight, sending: unkeptInFlight }),
    oldestDelivery: () => lower(buffer.oldestDelivery(), options.oldestSetAside?.()),
    waiting: () => ({ items: buffer.items + inFlight, bytes: buffer.bytes }),
  };
}

function withoutItems(delivery: Delivery, some: readonly Item[]): Delivery {
  if (some.length === 0) return delivery;
  const isOther = (item: Item) => !some.includes(item);
  return { ...delivery, again: delivery.again.filter(isOther), failed: delivery.failed.filter(isOther) };
}

function lower(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** Encoding these takes 0.1 s in a function of 128 MB. Most vendors take them in one request. */
const MOST_FIRST_ITEMS = 2_000;
const MOST_ITEMS = 10_000;
export const SHARE_TO_LEAVE = 0.25;
