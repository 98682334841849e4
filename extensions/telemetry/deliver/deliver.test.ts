import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Exporter, ExportRequest, Send, Verdict } from '../exporters/exporter.ts';
import type { Item } from '../items/item.ts';
import { type Delivery, deliver } from './deliver.ts';

const items: readonly Item[] = ['a', 'b', 'c', 'd'].map((body) => aLog(body));

/** Two items a request. `judge` decides by what the request holds and how often it was sent. */
function exporter(judge: (bodies: string, tries: number) => Verdict): { exporter: Exporter; sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    exporter: {
      encode: (some) => {
        const pairs = Array.from({ length: Math.ceil(some.length / 2) }, (_, pair) =>
          some.slice(2 * pair, 2 * pair + 2),
        );
        return pairs.map(requestOf);
      },
      judge: (_response, { body }) => {
        sent.push(String(body));
        return judge(String(body), sent.filter((other) => other === body).length);
      },
    },
  };
}

function requestOf(some: readonly Item[]): ExportRequest {
  return { url: 'http://vendor.test/in', headers: {}, body: some.map(bodyOf).join(''), items: some };
}

function bodyOf(item: Item): string {
  return item.signal === 'logs' ? String(item.body) : '';
}

const answered: Send = () => Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(0) });
const delivered: Verdict = { kind: 'delivered' };
const busy: Verdict = { kind: 'retry', reason: 'busy' };

/** Lets every pause pass. */
async function deliverAll(
  some: readonly Item[],
  to: Exporter,
  { send = answered, signal = new AbortController().signal } = {},
): Promise<Delivery & { sleptMs: number[] }> {
  const clock = manualClock();
  const settled = deliver(some, to, { send, clock, random: () => 0.5, signal });
  const isSettled = settled.then(() => true);
  while (!(await Promise.race([isSettled, new Promise((resolve) => setImmediate(resolve, false))]))) clock.pass(1_000);
  return { ...(await settled), sleptMs: clock.sleptMs };
}

describe('deliver', () => {
  it('sends all requests and counts what was accepted', async () => {
    const vendor = exporter(() => delivered);

    const delivery = await deliverAll(items, vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'cd']);
    expect(delivery).toEqual({
      delivered: 4,
      lost: 0,
      again: [],
      failed: [],
      outcome: { kind: 'reached' },
      sleptMs: [],
    });
  });

  it('tries a request again after a pause that grows, with jitter', async () => {
    const vendor = exporter((_bodies, tries) => (tries < 3 ? busy : delivered));

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'ab', 'ab']);
    expect(delivery).toMatchObject({ delivered: 2, outcome: { kind: 'reached' }, sleptMs: [50, 100] });
  });

  it('gives up after three tries, and spends no time on the rest', async () => {
    const vendor = exporter(() => busy);

    const delivery = await deliverAll(items, vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'ab', 'ab']);
    expect(delivery).toMatchObject({ delivered: 0, lost: 0, outcome: { kind: 'down', afterMs: 0 }, problem: 'busy' });
    expect(delivery.again.map(bodyOf)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('waits as long as it is asked to, if that is short', async () => {
    const vendor = exporter((_bodies, tries) => (tries === 1 ? { ...busy, afterMs: 700 } : delivered));

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(delivery).toMatchObject({ delivered: 2, sleptMs: [700] });
  });

  it('leaves requests for the next flush that would have to wait too long', async () => {
    const vendor = exporter(() => ({ ...busy, afterMs: 30_000 }));

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(vendor.sent).toEqual(['ab']);
    expect(delivery).toMatchObject({ outcome: { kind: 'down', afterMs: 30_000 }, sleptMs: [] });
  });

  it('sends only those items again that were not accepted', async () => {
    const vendor = exporter((bodies) => {
      const first = items.slice(0, 1);
      return bodies === 'ab' ? { kind: 'partial', again: first, lost: 1, reason: 'b is odd' } : delivered;
    });

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'a']);
    expect(delivery).toMatchObject({ delivered: 1, lost: 1, again: [], problem: 'b is odd' });
  });

  it('halves what is too large, and loses what cannot be halved', async () => {
    const vendor = exporter((bodies) => (bodies === 'b' ? delivered : { kind: 'split', reason: 'too large' }));

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'a', 'b']);
    expect(delivery).toMatchObject({ delivered: 1, lost: 1, outcome: { kind: 'reached' } });
  });

  it.each([
    ['answered with an error each time', answered, {}, ['a', 'b']],
    ['told to wait', answered, { afterMs: 700 }, []],
    ['not answered', () => Promise.reject(new Error('reset')), {}, []],
  ] as [string, Send, object, string[]][])('names what failed by itself: %s', async (_case, send, more, expected) => {
    const vendor = exporter(() => ({ ...busy, ...more }));

    const { failed } = await deliverAll(items, vendor.exporter, { send });

    expect(failed.map(bodyOf)).toEqual(expected);
  });

  it('waits as long as it is asked to with the rest of a request that was taken in part', async () => {
    const rest = items.slice(1, 2);
    const vendor = exporter((bodies) =>
      bodies === 'ab' ? { kind: 'partial', again: rest, lost: 0, reason: 'busy', afterMs: 900 } : delivered,
    );

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(delivery).toMatchObject({ delivered: 2, sleptMs: [900] });
  });

  it('loses what is rejected and goes on', async () => {
    const vendor = exporter((bodies) => (bodies === 'ab' ? { kind: 'rejected', reason: 'odd' } : delivered));

    expect(await deliverAll(items, vendor.exporter)).toMatchObject({ delivered: 2, lost: 2, problem: 'odd' });
  });

  it('stops at a wrong key, and keeps everything', async () => {
    const vendor = exporter(() => ({ kind: 'refused', reason: '403' }));

    const delivery = await deliverAll(items, vendor.exporter);

    expect(vendor.sent).toEqual(['ab']);
    expect(delivery).toMatchObject({ lost: 0, outcome: { kind: 'refused' } });
    expect(delivery.again).toHaveLength(4);
  });

  it('sends what prepares the destination, then the request again', async () => {
    const vendor = exporter((bodies, tries) =>
      bodies === 'ab' && tries === 1 ? { kind: 'prepare', reason: 'no stream' } : delivered,
    );
    const preparation = [{ ...requestOf([]), body: 'create' }];
    const prepared = { ...vendor.exporter, encode: (some: readonly Item[]) => [{ ...requestOf(some), preparation }] };

    const delivery = await deliverAll(items.slice(0, 2), prepared);

    expect(vendor.sent).toEqual(['ab', 'create', 'ab']);
    expect(delivery).toMatchObject({ delivered: 2, lost: 0 });
  });

  it('says why the destination cannot be prepared, and stops', async () => {
    const vendor = exporter((bodies) =>
      bodies === 'ab' ? { kind: 'prepare', reason: 'no stream' } : { kind: 'refused', reason: 'may not create it' },
    );
    const preparation = [{ ...requestOf([]), body: 'create' }];
    const prepared = { ...vendor.exporter, encode: (some: readonly Item[]) => [{ ...requestOf(some), preparation }] };

    const delivery = await deliverAll(items.slice(0, 2), prepared);

    expect(vendor.sent).toEqual(['ab', 'create']);
    expect(delivery).toMatchObject({ lost: 0, outcome: { kind: 'refused' }, problem: 'may not create it' });
    expect(delivery.again).toHaveLength(2);
  });

  it('tries again if there is no answer', async () => {
    const vendor = exporter(() => delivered);
    const refusals = ['ECONNREFUSED'];
    const send: Send = (...call) => {
      const code = refusals.shift();
      return code === undefined ? answered(...call) : Promise.reject(Object.assign(new Error('connect'), { code }));
    };

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter, { send });

    expect(delivery).toMatchObject({ delivered: 2, problem: 'vendor.test: ECONNREFUSED connect' });
  });

  it('keeps everything when time is up', async () => {
    const vendor = exporter(() => delivered);
    const over = new AbortController();
    const send: Send = (...call) => {
      over.abort();
      return answered(...call);
    };

    const delivery = await deliverAll(items, vendor.exporter, { send, signal: over.signal });

    expect(delivery).toMatchObject({ delivered: 2, outcome: { kind: 'down' } });
    expect(delivery.again.map(bodyOf)).toEqual(['c', 'd']);
  });

  it('counts the destination as reached if time ends with the last answer', async () => {
    const end = new AbortController();
    const vendor = exporter((bodies) => {
      if (bodies === 'cd') end.abort();
      return delivered;
    });

    const delivery = await deliverAll(items, vendor.exporter, { signal: end.signal });

    expect(delivery).toMatchObject({ delivered: 4, outcome: { kind: 'reached' } });
  });

  it('says that it tried nothing if time was up before', async () => {
    const vendor = exporter(() => delivered);

    const delivery = await deliverAll(items, vendor.exporter, { signal: AbortSignal.abort() });

    expect(delivery).toMatchObject({ delivered: 0, outcome: { kind: 'untried' } });
    expect(delivery.again).toHaveLength(4);
  });

  it('encodes each request after the one before was settled, so that only one is in memory', async () => {
    const order: string[] = [];
    const vendor = exporter((bodies) => {
      order.push(`sent ${bodies}`);
      return delivered;
    });
    const encode = function* (some: readonly Item[]) {
      for (const request of vendor.exporter.encode(some, 0)) {
        order.push(`encoded ${request?.body}`);
        yield request;
      }
    };

    await deliverAll(items, { ...vendor.exporter, encode });

    expect(order).toEqual(['encoded ab', 'sent ab', 'encoded cd', 'sent cd']);
  });

  it('encodes nothing more for a vendor that is down, and keeps what it has not encoded, in its order', async () => {
    const vendor = exporter(() => ({ kind: 'refused', reason: 'no' }));
    let encoded = 0;
    const encode = function* (some: readonly Item[]) {
      // Some vendors get their items in another order.
      for (const request of vendor.exporter.encode(some.toReversed(), 0)) {
        encoded += 1;
        yield request;
      }
    };

    const { again } = await deliverAll(items, { ...vendor.exporter, encode });

    expect(encoded).toBe(1);
    expect(again.map(bodyOf)).toEqual(['d', 'c', 'a', 'b']);
  });

  it('lets the event loop go on while it encodes', async () => {
    const vendor = exporter(() => delivered);
    let turns = 0;
    const count = setInterval(() => turns++, 1);
    const encode = function* (some: readonly Item[]) {
      for (let step = 0; step < 20; step++) {
        const untilMs = performance.now() + 10;
        while (performance.now() < untilMs);
        yield undefined;
      }
      yield* vendor.exporter.encode(some, 0);
    };

    const { delivered: accepted } = await deliver(
      items,
      { ...vendor.exporter, encode },
      { send: answered, clock: manualClock(), random: () => 0.5, signal: new AbortController().signal },
    );
    clearInterval(count);

    expect(accepted).toBe(4);
    expect(turns).toBeGreaterThan(5);
  });

  it('counts as lost what the encoder leaves out', async () => {
    const vendor = exporter(() => delivered);
    const encode = (some: readonly Item[]) => vendor.exporter.encode(some.slice(1), 0);

    expect(await deliverAll(items, { ...vendor.exporter, encode })).toMatchObject({ delivered: 3, lost: 1 });
  });

  it('loses one record that cannot be encoded, not its batch', async () => {
    const vendor = exporter(() => delivered);
    const encode = (some: readonly Item[]) => {
      if (some.some((item) => bodyOf(item) === 'c')) throw new Error('c cannot be');
      return vendor.exporter.encode(some, 0);
    };

    const delivery = await deliverAll(items, { ...vendor.exporter, encode });

    expect(delivery).toMatchObject({ delivered: 3, lost: 1, problem: 'a record cannot be encoded: c cannot be' });
  });

  it('counts a destination as down if it answers but accepts nothing', async () => {
    const vendor = exporter(() => ({ kind: 'partial', again: items.slice(0, 2), lost: 0, reason: 'throttled' }));

    const delivery = await deliverAll(items.slice(0, 2), vendor.exporter);

    expect(vendor.sent).toEqual(['ab', 'ab', 'ab']);
    expect(delivery).toMatchObject({ delivered: 0, again: items.slice(0, 2), outcome: { kind: 'down', afterMs: 0 } });
  });

  it('says that time was up before all records were sent', async () => {
    const end = new AbortController();
    const vendor = exporter(() => {
      end.abort();
      return delivered;
    });

    const delivery = await deliverAll(items, vendor.exporter, { signal: end.signal });

    expect(delivery).toMatchObject({
      delivered: 2,
      again: items.slice(2),
      problem: 'time was up before all records were sent',
    });
  });
});

it('quotes nothing of an answer that a vendor’s judge cannot parse', async () => {
  const { exporter: vendor } = exporter(() => JSON.parse('{"key":hunter2}'));

  const { problem } = await deliver(items, vendor, {
    send: answered,
    clock: manualClock(),
    random: () => 0,
    signal: new AbortController().signal,
  });

  expect(problem).toBe('its answer cannot be read: it is not JSON');
});
