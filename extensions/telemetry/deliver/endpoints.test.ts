import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metric, span } from '../../../test/support/builders/exporter-items.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Exporter, Send } from '../exporters/exporter.ts';
import type { Item, Signal } from '../items/item.ts';
import { type Destination, openDestination } from './destination.ts';

const never = new AbortController().signal;
const SIGNALS = ['logs', 'metrics', 'traces'] as const;
const makers: Record<Signal, (name: string) => Item> = {
  logs: (name) => aLog(name),
  metrics: (name) => metric(name, { kind: 'gauge', value: 1 }),
  traces: (name) => span({ name }),
};
const nameOf = (item: Item) => String(item.signal === 'logs' ? item.body : item.name);

/** One address a signal, two items a request. It gets an answer of status 200, unless `answer` says something else. */
const vendor: Exporter = {
  *encode(items) {
    for (const signal of SIGNALS) {
      const some = items.filter((item) => item.signal === signal);
      for (let at = 0; at < some.length; at += 2) {
        const pair = some.slice(at, at + 2);
        yield { url: `http://${signal}.test`, headers: {}, body: pair.map(nameOf).join(';'), items: pair };
      }
    }
  },
  judge: ({ status }, { items }) => {
    if (status === 200) return { kind: 'delivered' };
    if (status === 206) return { kind: 'partial', again: items.slice(1), lost: 0, reason: 'took one' };
    if (status === 400) return { kind: 'rejected', reason: 'odd' };
    if (status === 403) return { kind: 'refused', reason: 'wrong key' };
    return { kind: 'retry', reason: `answered ${status}` };
  },
};

type Answer = (url: string, names: string[]) => number | 'none';

function setUp({
  mostItems = 1_000,
  answer = (() => 200) as Answer,
  failover = undefined as Destination | undefined,
} = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const taken: string[] = [];
  const asked: string[] = [];
  const say = (line: string) => void lines.push(line);
  const state = { answer };
  let losses = 0;
  const send: Send = async ({ url, body }) => {
    asked.push(url);
    const names = String(body).split(';');
    const status = state.answer(url, names);
    if (status === 'none') throw new Error('unreachable');
    if (status === 200) taken.push(...names);
    if (status === 206) taken.push(...names.slice(0, 1));
    return { status, headers: {}, body: Buffer.alloc(0) };
  };
  const one = openDestination({
    name: 'vendor',
    signals: SIGNALS,
    hasEndpointPerSignal: true,
    exporter: async () => vendor,
    mostItems,
    mostBytes: 10_000_000,
    send,
    clock: { ...clock, sleep: async () => undefined },
    random: () => 0,
    lossItem: (reason, count) => metric(`${count} ${reason}, loss ${++losses}`, { kind: 'gauge', value: count }),
    failover: () => failover,
    log: { debug: () => undefined, info: say, warn: say, error: say },
  });
  const add = (signal: Signal, ...names: string[]) => {
    for (const name of names) one.add(makers[signal](name), 100);
  };
  return { ...one, one, add, clock, lines, taken, asked, state };
}

const metricsUnreachable: Answer = (url) => (url === 'http://metrics.test' ? 'none' : 200);
const poisoned: Answer = (_url, names) => (names.includes('poison') ? 500 : 200);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe('a vendor one of whose endpoints is out of reach', () => {
  it('gets what its other endpoints take, flush after flush', async () => {
    const vendor = setUp({ answer: metricsUnreachable });

    for (const flush of numbered(3)) {
      vendor.add('metrics', `m${flush}`);
      vendor.add('logs', `l${flush}`);
      vendor.add('traces', `s${flush}`);
      await vendor.flush(never);
    }

    expect(vendor.taken.toSorted()).toEqual(['l0', 'l1', 'l2', 's0', 's1', 's2']);
    expect(vendor.counts()).toMatchObject({ received: 9, delivered: 6, waiting: 3 });
  });

  it('says once which one it is, and what waits for it', async () => {
    const vendor = setUp({ answer: metricsUnreachable });
    vendor.add('metrics', 'a', 'b');
    vendor.add('logs', 'c');
    await vendor.flush(never);
    vendor.clock.pass(10_000);
    await vendor.flush(never);

    vendor.state.answer = () => 200;
    vendor.clock.pass(20_000);
    await vendor.flush(never);

    expect(vendor.lines).toEqual([
      'Cannot deliver metrics to vendor: metrics.test: unreachable. 2 metrics wait, and the next try is in 10 s. Its other endpoints are not affected.',
      'vendor takes metrics again. No record was dropped.',
    ]);
  });

  it('is worth waiting for at the others, and backs off from that one alone', async () => {
    const vendor = setUp({ answer: metricsUnreachable });
    for (const signal of SIGNALS) vendor.add(signal, signal);
    await vendor.flush(never);
    vendor.asked.length = 0;
    for (const signal of SIGNALS) vendor.add(signal, signal);

    await vendor.flush(never);

    expect(vendor.endpoints.map((endpoint) => endpoint.isWorthWaiting())).toEqual([true, false, true]);
    expect(vendor.asked.toSorted()).toEqual(['http://logs.test', 'http://traces.test']);
  });

  it('loses nothing for the others when so much waits for that one that the buffer is full', async () => {
    const vendor = setUp({ answer: metricsUnreachable, mostItems: 20 });
    vendor.add('metrics', ...numbered(18));
    await vendor.flush(never);

    vendor.add('logs', ...numbered(8));
    await vendor.flush(never);

    expect(vendor.taken).toEqual(numbered(8));
    expect(vendor.counts()).toMatchObject({ dropped: 6, waiting: 12 });
  });

  it('keeps the deliveries of that one, and no others', async () => {
    const vendor = setUp({ answer: metricsUnreachable });
    vendor.one.add({ ...makers.logs('l'), delivery: 4 }, 100);
    vendor.one.add({ ...makers.metrics('m'), delivery: 4 }, 100);

    await vendor.flush(never);

    expect(vendor.endpoints.map(({ name, oldestDelivery }) => [name, oldestDelivery()])).toEqual([
      ['vendor (logs)', undefined],
      ['vendor (metrics)', 4],
      ['vendor (traces)', undefined],
    ]);
  });
});

describe('a vendor that takes less than what comes', () => {
  it('is said to lose records, at the first and at ten times as many', async () => {
    const vendor = setUp({ mostItems: 3 });
    for (const count of [5, 6, 30]) {
      vendor.add('logs', ...numbered(count));
      await vendor.flush(never);
    }

    expect(vendor.lines).toEqual(
      [2, 32].map(
        (count) =>
          `Dropped ${count} records for vendor so far because the buffer was full. Raise TELEMETRY_BUFFER_BYTES or add a fail-over.`,
      ),
    );
  });
});

describe('a batch that the vendor always answers with an error', () => {
  it('goes behind all others after six tries', async () => {
    const vendor = setUp({ answer: poisoned });
    vendor.add('logs', 'poison', 'b', 'c', 'd');
    await vendor.flush(never);
    const before = [...vendor.taken];
    vendor.clock.pass(10_000);

    await vendor.flush(never);

    expect(before).toEqual([]);
    expect(vendor.taken).toEqual(['c', 'd']);
    expect(vendor.counts()).toMatchObject({ received: 4, delivered: 2, waiting: 2 });
    expect(vendor.lines.at(1)).toBe(
      'Set 2 records for vendor aside because it fails on them: answered 500. Other records go first; these are tried again later.',
    );
  });

  it('goes behind all others at once when it is the last flush', async () => {
    const vendor = setUp({ answer: poisoned });
    vendor.add('logs', 'poison', 'b', 'c', 'd');

    await vendor.flush(never, true);

    expect(vendor.taken).toEqual(['c', 'd']);
  });

  it('is delivered when the vendor takes it after all', async () => {
    const vendor = setUp({ answer: poisoned });
    vendor.add('logs', 'poison', 'b', 'c', 'd');
    await vendor.flush(never, true);

    vendor.state.answer = () => 200;
    await vendor.flush(never);

    expect(vendor.taken).toEqual(['c', 'd', 'poison', 'b']);
  });

  it('is set aside without a loss when the buffer is full', async () => {
    const vendor = setUp({ answer: poisoned, mostItems: 6 });
    vendor.add('logs', 'poison', 'b', 'c', 'd', 'e', 'f');

    await vendor.flush(never, true);

    expect(vendor.taken).toEqual(['c', 'd', 'e', 'f']);
    expect(vendor.counts()).toMatchObject({ delivered: 4, dropped: 0, waiting: 2 });
  });

  it('does not keep an invocation waiting', async () => {
    const vendor = setUp({ answer: poisoned });
    vendor.add('logs', 'poison', 'b', 'c');
    await vendor.flush(never, true);

    expect(vendor.queues().map((queue) => queue.isWorthWaiting())).toEqual([true, true, true, false]);
  });

  it('keeps its delivery until it has failed while others were taken; then this process alone has it', async () => {
    const vendor = setUp({ answer: poisoned });
    for (const name of ['poison', 'b', 'c']) vendor.one.add({ ...makers.logs(name), delivery: 7 }, 100);
    await vendor.flush(never, true);
    const before = [vendor.endpoints[0]?.oldestDelivery(), vendor.unkept().items];

    await vendor.flush(never);

    expect(before).toEqual([7, 0]);
    expect(vendor.endpoints.map(({ oldestDelivery }) => oldestDelivery())).toEqual([undefined, undefined, undefined]);
    expect(vendor.unkept()).toEqual({ items: 2, sending: 0 });
  });

  it('goes to the fail-over when it fails again and again while others are taken', async () => {
    const failover = setUp();
    const vendor = setUp({ answer: poisoned, failover: failover.one });
    vendor.add('logs', 'poison', 'b');
    for (const name of numbered(12)) {
      vendor.add('logs', name, `${name}'`);
      await vendor.flush(never);
      vendor.clock.pass(300_000);
    }

    await failover.flush(never);

    expect(failover.taken).toEqual(['poison', 'b']);
    expect(vendor.counts()).toMatchObject({ received: 26, delivered: 24, handedOver: 2, waiting: 0 });
  });

  it('is only one at a time while the vendor takes nothing at all, so that the rest keeps its order and its deliveries', async () => {
    const vendor = setUp({ answer: () => 503 });
    vendor.add('logs', ...numbered(10));
    for (let flush = 0; flush < 6; flush++) {
      await vendor.flush(never);
      vendor.clock.pass(300_000);
    }

    vendor.state.answer = () => 200;
    await vendor.flush(never);

    expect(vendor.taken).toEqual(['2', '3', '0', '1', '4', '5', '6', '7', '8', '9']);
  });
});

it('delivers, drops, rejects, hands over or keeps each record that it received, once, whatever the endpoints answer, and at any moment', async () => {
  const statuses = fc.constantFrom<number | 'none'>(200, 200, 206, 400, 403, 500, 503, 'none');
  const step = fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      signal: fc.constantFrom(...SIGNALS),
      count: fc.integer({ min: 1, max: 9 }),
    }),
    fc.record({ do: fc.constant('flush' as const), isLast: fc.boolean(), isCut: fc.boolean() }),
    fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 10, 300) }),
    fc.record({
      do: fc.constant('answer' as const),
      of: fc.dictionary(fc.constantFrom(...SIGNALS), statuses),
      addsMeanwhile: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, hasFailover) => {
      const failover = setUp();
      const vendor = setUp({ mostItems: 15, ...(hasFailover && { failover: failover.one }) });
      let [added, poison] = [0, 0];
      for (const one of steps) {
        if (one.do === 'add') {
          for (let item = 0; item < one.count; item++)
            vendor.add(one.signal, added++ % 7 === 3 ? `p${poison++}` : `${added}`);
        } else if (one.do === 'flush') await vendor.flush(one.isCut ? AbortSignal.abort() : never, one.isLast);
        else if (one.do === 'pass') vendor.clock.pass(one.seconds * 1_000);
        else {
          vendor.state.answer = (url, names) => {
            // While a request is on its way more may come, and push others out.
            if (one.addsMeanwhile) vendor.add('logs', `${++added}`);
            expectSum(vendor.one);
            return names.some((name) => name.startsWith('p')) ? 500 : (one.of[url.slice(7, -5) as Signal] ?? 200);
          };
        }
        expectSum(vendor.one);
      }
      const rest = vendor.takeRest({ signals: new Set(SIGNALS), takes: () => true });
      const { received, delivered, dropped, rejected, handedOver, waiting } = vendor.counts();

      expect({ waiting, received }).toEqual({ waiting: 0, received: delivered + dropped + rejected + handedOver });
      expect(delivered).toBe(vendor.taken.length);
      expect(new Set(vendor.taken).size).toBe(vendor.taken.length);
      expect(handedOver).toBe(rest.length + failover.counts().received);
      const isOver = new Set([...vendor.taken, ...rest.map(nameOf)]);
      expect(isOver.size).toBe(vendor.taken.length + rest.length);
    }),
    { numRuns: 300 },
  );
});

function expectSum(destination: Destination): void {
  const { received, delivered, dropped, rejected, handedOver, waiting } = destination.counts();
  expect(received).toBe(delivered + dropped + rejected + handedOver + waiting);
}
