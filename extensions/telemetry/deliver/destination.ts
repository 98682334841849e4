import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, Signal } from '../items/item.ts';
import { type Endpoint, type EndpointContext, openEndpoint, SHARE_TO_LEAVE } from './endpoint.ts';
import { makeHeapFrugal } from './frugal-heap.ts';
import { endpointReport, lossReport } from './report.ts';
import { sharedRoom } from './room.ts';
import { setAside } from './set-aside.ts';
import { newTally, type Tally } from './tally.ts';

/** A destination that runs: its endpoints, and what became of its records. */
export interface Destination {
  readonly name: string;
  readonly signals: ReadonlySet<Signal>;
  /** Whether it takes an item of its signals. */
  takes(item: Item): boolean;
  /** Each has a queue and a breaker of its own. */
  readonly endpoints: readonly Endpoint[];
  /** The endpoints, and the queue of what was set aside if there is something in it. */
  queues(): readonly Endpoint[];
  endpointOf(signal: Signal): Endpoint | undefined;
  /** @param itemBytes as `estimateBytes` gives them. */
  add(item: Item, itemBytes?: number): void;
  /** Whether the vendor takes records now, as far as is known. */
  isReachable(): boolean;
  /** Whether half of the room is taken, not least by records that the vendor takes now. */
  isFull(): boolean;
  /** Flushes all endpoints, each as far as it can be reached; never rejects. */
  flush(signal: AbortSignal, isLast?: boolean): Promise<void>;
  /** Takes the items that are left and that another destination takes. */
  takeRest(other: Pick<Destination, 'signals' | 'takes'>): Item[];
  counts(): DestinationCounts;
  /** How many of the waiting items only this process has, and how many of these are on their way. */
  unkept(): { items: number; sending: number };
}

export interface DestinationCounts extends Readonly<Tally> {
  readonly waiting: number;
  readonly waitingBytes: number;
}

export function countsByName(destinations: readonly Destination[]): Record<string, DestinationCounts> {
  return Object.fromEntries(destinations.map((destination) => [destination.name, destination.counts()]));
}

export interface DestinationOptions extends EndpointContext {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly takes?: ((item: Item) => boolean) | undefined;
  /** Whether each signal has an address of its own at this vendor. Default: one address takes all. */
  readonly hasEndpointPerSignal?: boolean;
  /** A loss as a metric for the same destination, which gets it if it takes metrics. */
  readonly lossItem: (reason: 'dropped' | 'rejected', count: number, nowMs: number) => Item;
  /** Takes what this destination cannot get rid of; undefined if nobody does. */
  readonly failover?: () => Destination | undefined;
}

export function openDestination(options: DestinationOptions): Destination {
  const { name, signals, hasEndpointPerSignal = false, mostItems, mostBytes, clock, log } = options;
  const { failover = () => undefined } = options;
  const room = sharedRoom(options);
  const tally = newTally();
  const losses = lossReport({ destination: name, tally, log });
  const sentLosses = { dropped: 0, rejected: 0 };
  const ofLosses = new WeakMap<Item, { reason: 'dropped' | 'rejected'; count: number }>();
  let reportedAside = 0;
  let isFrugal = false;

  const aside = setAside({
    add: (item, itemBytes) => lastQueue.add(item, itemBytes),
    handOver(item) {
      const other = failover();
      if (other === undefined || other === destination || !other.signals.has(item.signal) || !other.takes(item))
        return false;
      tally.handedOver += 1;
      other.add(item);
      return true;
    },
    onSetAside(count, problem) {
      if (reportedAside > 0 && count < reportedAside * 10) return;
      reportedAside = count;
      log.warn(
        `Set ${count} records for ${name} aside because it fails on them: ${problem}. Other records go first; these are tried again later.`,
      );
    },
  });

  const isSeveral = hasEndpointPerSignal && signals.length > 1;
  const groups = isSeveral ? signals.map((signal) => [signal]) : [signals];
  const endpoints = groups.map((group) => {
    const what = isSeveral ? group.join() : undefined;
    return openEndpoint({
      ...options,
      name: what === undefined ? name : `${name} (${what})`,
      signals: group,
      room,
      tally,
      report: endpointReport({ destination: name, what, tally, log, losses }),
      losses: group.includes('metrics') ? { areDue: areLossesDue, take: takeLosses, giveBack } : NO_LOSSES,
      sortOut: aside.sorter(),
      oldestSetAside: () => lastQueue.oldestDelivery(),
      isAwaited: true,
    });
  });
  const lastQueue = openEndpoint({
    ...options,
    name: `${name} (set aside)`,
    room,
    tally,
    report: ({ delivery }) => losses.say(delivery),
    losses: NO_LOSSES,
    sortOut: aside.sortOut,
    isAwaited: false,
  });
  const everything = [...endpoints, lastQueue];
  const bySignal = new Map(endpoints.flatMap((endpoint) => [...endpoint.signals].map((signal) => [signal, endpoint])));

  function waiting(): { items: number; bytes: number } {
    let [items, bytes] = [0, 0];
    for (const queue of everything) {
      const ofQueue = queue.waiting();
      items += ofQueue.items;
      bytes += ofQueue.bytes;
    }
    return { items, bytes };
  }

  /** Alone a loss is not worth a request. */
  function areLossesDue(): boolean {
    const isUnsent = tally.dropped > sentLosses.dropped || tally.rejected > sentLosses.rejected;
    return isUnsent && waiting().items > 0;
  }

  function takeLosses(): Item[] {
    return (['dropped', 'rejected'] as const).flatMap((reason) => {
      const count = tally[reason] - sentLosses[reason];
      if (count === 0) return [];
      sentLosses[reason] = tally[reason];
      tally.received += 1;
      const item = options.lossItem(reason, count, clock.wallMs());
      ofLosses.set(item, { reason, count });
      return [item];
    });
  }

  /** Those that were not delivered are told with the next ones. */
  function giveBack(items: readonly Item[]): void {
    for (const item of items) {
      const { reason, count } = ofLosses.get(item) ?? { reason: 'dropped', count: 0 };
      sentLosses[reason] -= count;
      tally.received -= 1;
    }
  }

  const queues = () => (lastQueue.waiting().items > 0 ? everything : endpoints);

  const destination: Destination = {
    name,
    signals: new Set(signals),
    takes: options.takes ?? (() => true),
    endpoints,
    queues,
    endpointOf: (signal) => bySignal.get(signal),
    add(item, itemBytes = estimateBytes(item)) {
      tally.received += 1;
      const endpoint = bySignal.get(item.signal);
      if (endpoint === undefined) {
        tally.rejected += 1;
        return;
      }
      endpoint.add(item, itemBytes);
      if (isFrugal || endpoint.waiting().bytes <= mostBytes * SHARE_TO_LEAVE) return;
      makeHeapFrugal();
      isFrugal = true;
    },
    isReachable: () => endpoints.some((endpoint) => endpoint.isWorthWaiting()),
    isFull() {
      const { items, bytes } = waiting();
      const isTaken = items > mostItems * SHARE_OF_FULL || bytes > mostBytes * SHARE_OF_FULL;
      return isTaken && endpoints.some((endpoint) => endpoint.isFilling());
    },
    async flush(signal, isLast) {
      await Promise.all(queues().map((queue) => queue.flush(signal, isLast)));
    },
    takeRest(other) {
      const items = everything.flatMap((queue) =>
        queue.takeRest((item) => other.signals.has(item.signal) && other.takes(item)),
      );
      tally.handedOver += items.length;
      return items;
    },
    unkept() {
      const each = everything.map((queue) => queue.unkept());
      return {
        items: each.reduce((sum, { items }) => sum + items, 0),
        sending: each.reduce((sum, { sending }) => sum + sending, 0),
      };
    },
    counts() {
      const { items, bytes } = waiting();
      return { ...tally, waiting: items, waitingBytes: bytes };
    },
  };
  return destination;
}

/** The rest is for the records that are on their way through the pipeline. */
const SHARE_OF_FULL = 0.5;
const NO_LOSSES = { areDue: () => false, take: () => [], giveBack: () => undefined };
