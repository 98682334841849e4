import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Exporter, Send, Verdict } from '../exporters/exporter.ts';
import type { Item } from '../items/item.ts';
import { openDestination } from './destination.ts';

const never = new AbortController().signal;
const delivered: Verdict = { kind: 'delivered' };

/** A destination whose vendor answers as `verdicts` say, and then takes everything. */
function setUp({
  verdicts = [] as Verdict[],
  mostItems = 100,
  itemsOfRequest = 100,
  exporter = undefined as (() => Promise<Exporter>) | undefined,
  send = (async () => ({ status: 200, headers: {}, body: Buffer.alloc(0) })) as Send,
} = {}) {
  const clock = manualClock();
  const lines: string[] = [];
  const taken: unknown[][] = [];
  const say = (message: string) => void lines.push(message);
  const vendor: Exporter = {
    encode: (items) =>
      Array.from({ length: Math.ceil(items.length / itemsOfRequest) }, (_, part) => ({
        url: 'http://vendor.test',
        headers: {},
        body: '',
        items: items.slice(part * itemsOfRequest, (part + 1) * itemsOfRequest),
      })),
    judge: (_response, { items }) => {
      const verdict = verdicts.shift() ?? delivered;
      if (verdict.kind === 'delivered') taken.push(items.map(bodyOf));
      return verdict;
    },
  };
  const one = openDestination({
    name: 'vendor',
    signals: ['logs', 'metrics'],
    exporter: exporter ?? (async () => vendor),
    mostItems,
    mostBytes: 10_000_000,
    send,
    clock,
    random: () => 0.5,
    lossItem: (reason, count) => aLog(`${count} ${reason}`),
    log: { debug: () => undefined, info: say, warn: say, error: say },
  });
  const add = (...bodies: string[]) => {
    for (const body of bodies) one.add(aLog(body), 100);
  };
  return { ...one, add, clock, lines, taken };
}

function bodyOf(item: Item): unknown {
  return item.signal === 'logs' ? item.body : undefined;
}

const hanging: Send = (_request, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
const refused: Verdict = { kind: 'refused', reason: 'vendor.test answered 403' };

describe('a destination', () => {
  it('delivers what was added, and counts it', async () => {
    const one = setUp();
    one.add('a', 'b');

    await one.flush(never);

    expect(one.taken).toEqual([['a', 'b']]);
    expect(one.counts()).toEqual({
      received: 2,
      delivered: 2,
      dropped: 0,
      rejected: 0,
      handedOver: 0,
      waiting: 0,
      waitingBytes: 0,
    });
  });

  it('sends items that come during a flush with the next flush', async () => {
    const one = setUp();
    one.add('a');
    const first = one.flush(never);
    one.add('b');

    await Promise.all([first, one.flush(never), one.flush(never)]);

    expect(one.taken).toEqual([['a'], ['b']]);
  });

  it('is full when half of its room is taken, until the vendor has taken it or is down', async () => {
    let answer = () => {};
    const send: Send = () =>
      new Promise((resolve) => {
        answer = () => resolve({ status: 200, headers: {}, body: Buffer.alloc(0) });
      });
    const one = setUp({ send, verdicts: [delivered, refused] });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const addMany = (items: number) => one.add(...Array.from({ length: items }, (_, item) => `${item}`));
    const states: boolean[][] = [];
    const note = () => states.push([one.isFull(), one.isReachable()]);

    addMany(50);
    note();
    addMany(1);
    note();
    const first = one.flush(never);
    await turn();
    addMany(40);
    note();
    answer();
    await first;
    note();
    const second = one.flush(never);
    await turn();
    answer();
    await second;
    addMany(60);
    note();

    expect(states).toEqual([
      [false, true],
      [true, true],
      [true, true],
      [false, true],
      [false, false],
    ]);
  });

  it('runs no two flushes at the same time', async () => {
    let [running, most] = [0, 0];
    const send: Send = async () => {
      most = Math.max(most, ++running);
      await null;
      running -= 1;
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
    };
    const one = setUp({ send, mostItems: 1_000 });

    const flushes: Promise<void>[] = [];
    for (let item = 0; item < 100; item++) {
      one.add(`${item}`);
      flushes.push(one.flush(never));
      await null;
    }
    await Promise.all(flushes);

    expect([most, one.taken.flat().length]).toEqual([1, 100]);
  });

  it('sends few items of a full buffer first, so that it does not encode all of them for a vendor that is down', async () => {
    const one = setUp({ send: hanging, mostItems: 10_000 });
    const end = new AbortController();
    const add = (items: number) => one.add(...Array.from({ length: items }, (_, item) => `${item}`));
    add(10_000);
    const flush = one.flush(end.signal);
    await new Promise((resolve) => setImmediate(resolve));

    add(10_000);
    const held = one.counts().waiting;
    end.abort();
    await flush;

    expect(held).toBeLessThanOrEqual(12_000);
    expect(one.counts()).toMatchObject({ received: 20_000, dropped: 10_000, waiting: 10_000 });
  });

  it('sends all of many, in rounds, in their order', async () => {
    const one = setUp({ mostItems: 100_000 });
    const bodies = Array.from({ length: 27_000 }, (_, item) => `${item}`);
    one.add(...bodies);

    await one.flush(never);

    expect(one.taken.flat()).toEqual(bodies);
  });

  it('keeps what failed, and sends it first', async () => {
    const one = setUp({ verdicts: [refused] });
    one.add('a');
    await one.flush(never);
    one.add('b');
    one.clock.pass(300_000);

    await one.flush(never);

    expect(one.taken).toEqual([['a', 'b']]);
  });

  it('is not worth waiting for once it has failed, and costs nothing until its time has come', async () => {
    const one = setUp({ verdicts: [refused] });
    one.add('a');

    await one.flush(never);
    await one.flush(never);

    expect([one.endpoints[0]?.isWorthWaiting(), one.taken]).toEqual([false, []]);
  });

  it('is filling when more than a quarter of what may wait does, unless its destination is down', async () => {
    const one = setUp({ verdicts: [refused], mostItems: 8 });
    one.add('a', 'b');
    const before = one.endpoints[0]?.isFilling();
    one.add('c');
    const after = one.endpoints[0]?.isFilling();

    await one.flush(never);

    expect([before, after, one.endpoints[0]?.isFilling()]).toEqual([false, true, false]);
  });

  it('tries in any case when it is the last time', async () => {
    const one = setUp({ verdicts: [refused] });
    one.add('a');
    await one.flush(never);

    await one.flush(never, true);

    expect(one.taken).toEqual([['a']]);
  });

  it('ends a flush that hangs with the last one, so that what it holds can be handed over', async () => {
    const one = setUp({ send: hanging });
    one.add('a', 'b');
    const hangs = one.flush(never);
    const lastSignal = new AbortController();

    const last = one.flush(lastSignal.signal, true);
    lastSignal.abort();
    await Promise.all([hangs, last]);

    expect(one.takeRest(one).map(bodyOf)).toEqual(['a', 'b']);
  });

  it('tries in any case when it is the last time, also where another flush waits already', async () => {
    const one = setUp({ verdicts: [refused] });
    one.add('a');
    const first = one.flush(never);
    const second = one.flush(AbortSignal.abort());

    await Promise.all([first, second, one.flush(never, true)]);

    expect(one.taken).toEqual([['a']]);
  });

  it('logs once that the destination is down, and once that it is back', async () => {
    const one = setUp({ verdicts: [refused, refused], mostItems: 2 });
    for (let flush = 0; flush < 4; flush++) {
      one.add(`${flush}`);
      await one.flush(never);
      one.clock.pass(300_000);
    }

    expect(one.lines).toEqual([
      'Cannot deliver to vendor: vendor.test answered 403. 1 records wait, and the next try is in 300 s.',
      'vendor takes records again. 1 were dropped so far because the buffer was full. Raise TELEMETRY_BUFFER_BYTES or add a fail-over.',
    ]);
  });

  it('does not double the cool-down of a slow destination, as it does for one that accepts nothing', async () => {
    const later: Verdict = { kind: 'retry', reason: 'busy', afterMs: 2_000 };
    const one = setUp({ verdicts: [delivered, later, delivered, later, delivered], itemsOfRequest: 1 });
    one.add('a', 'b', 'c');

    for (let flush = 0; flush < 3; flush++) {
      await one.flush(never);
      one.clock.pass(10_000);
    }

    expect(one.taken).toEqual([['a'], ['b'], ['c']]);
  });

  it('logs how many records were rejected, and why', async () => {
    const one = setUp({ verdicts: [{ kind: 'rejected', reason: 'vendor.test answered 400: odd' }] });
    one.add('a', 'b');

    await one.flush(never);

    expect(one.lines).toEqual(['Dropped 2 records because vendor rejected them: vendor.test answered 400: odd.']);
    expect(one.counts()).toMatchObject({ received: 2, rejected: 2, waiting: 0 });
  });

  it('logs that again at ten times as many, not at each flush', async () => {
    const odd: Verdict = { kind: 'rejected', reason: 'odd' };
    const one = setUp({ verdicts: Array.from({ length: 30 }, () => odd) });
    for (let flush = 0; flush < 30; flush++) {
      one.add('a');
      await one.flush(never);
    }

    expect(one.lines).toEqual([
      'Dropped 1 records because vendor rejected them: odd.',
      expect.stringMatching(/^Dropped 2 records \(1\d so far\) because vendor rejected them: odd\.$/),
    ]);
  });

  it('keeps everything while its settings cannot be resolved', async () => {
    const one = setUp({ exporter: () => Promise.reject(new Error('secret prod/key cannot be read')) });
    one.add('a');

    await one.flush(never);

    expect(one.counts()).toMatchObject({ received: 1, waiting: 1 });
    expect(one.lines).toEqual([
      'Cannot deliver to vendor: secret prod/key cannot be read. 1 records wait, and the next try is in 10 s.',
    ]);
  });

  it('sends the destination the number of lost records, once', async () => {
    const one = setUp({ mostItems: 3 });
    one.add('a', 'b', 'c', 'd', 'e');

    await one.flush(never);
    one.add('f');
    await one.flush(never);

    expect(one.taken).toEqual([['c', 'd', 'e', '2 dropped'], ['f']]);
  });

  it('tells losses that could not be told before with the next ones, however much is dropped meanwhile', async () => {
    const one = setUp({ verdicts: [refused], mostItems: 3 });
    one.add('a', 'b', 'c', 'd');
    await one.flush(never);
    one.add('e', 'f', 'g', 'h');
    one.clock.pass(300_000);

    await one.flush(never);

    expect(one.taken).toEqual([['f', 'g', 'h', '5 dropped']]);
    expect(one.counts()).toMatchObject({ received: 9, delivered: 4, dropped: 5, waiting: 0 });
  });

  it('hands over the items that are left', () => {
    const one = setUp();
    one.add('a', 'b');

    expect(one.takeRest(one).map(bodyOf)).toEqual(['a', 'b']);
    expect(one.counts()).toMatchObject({ handedOver: 2, waiting: 0 });
  });

  it('hands over nothing that the other destination does not take', () => {
    const one = setUp();
    one.add('a', 'b');

    const taken = one.takeRest({ signals: one.signals, takes: (item) => bodyOf(item) === 'b' });

    expect(taken.map(bodyOf)).toEqual(['b']);
    expect(one.counts()).toMatchObject({ handedOver: 1, waiting: 1 });
  });
});
