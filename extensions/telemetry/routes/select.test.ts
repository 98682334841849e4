import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, LogItem, MetricItem, Source, SpanItem } from '../items/item.ts';
import type { Match, Route } from './route.ts';
import { compileRoutes } from './select.ts';

const source: Source = { resource: {}, scope: { name: 'test' } };
const log = (fields: Partial<LogItem> = {}): LogItem => ({
  signal: 'logs',
  origin: 'function',
  type: 'function',
  source,
  timeMs: 0,
  severity: 0,
  body: 'a line',
  attributes: {},
  ...fields,
});
const metric = (fields: Partial<MetricItem> = {}): MetricItem => ({
  signal: 'metrics',
  origin: 'platform',
  type: 'platform.report',
  source,
  timeMs: 0,
  name: 'aws.lambda.duration',
  unit: 'ms',
  data: { kind: 'gauge', value: 1 },
  attributes: {},
  ...fields,
});
const span = (fields: Partial<SpanItem> = {}): SpanItem => ({
  signal: 'traces',
  origin: 'otlp',
  type: 'otlp',
  source,
  timeMs: 0,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'GET /orders',
  kind: 'server',
  endMs: 1,
  status: { code: 'unset' },
  events: [],
  links: [],
  attributes: {},
  ...fields,
});

const destinations = ['a', 'b', 'c'];

/** Where each item goes, with the attributes it has there. */
function sentBy(
  routes: readonly Route[],
  item: Item,
  options: { failover?: string; random?: () => number; onLate?: () => void } = {},
) {
  const sent: string[] = [];
  const attributes: unknown[] = [];
  const select = compileRoutes(routes, destinations, options);

  const count = select(
    item,
    (index, one) => {
      sent.push(String(destinations[index]));
      attributes.push(one.attributes);
    },
    options.random,
  );

  expect(count).toBe(sent.length);
  return { sent: sent.join(''), attributes };
}

describe('where an item goes', () => {
  it('is everywhere without routes', () => {
    expect(sentBy([], log()).sent).toBe('abc');
  });

  it('is everywhere if no route says where', () => {
    expect(sentBy([{ match: { signal: 'traces' }, to: 'a' }, { add: { x: 1 } }], log()).sent).toBe('abc');
  });

  it('is what the first route that matches says', () => {
    const routes: Route[] = [{ match: { signal: 'logs' }, to: ['b', 'c'] }, { to: 'a' }];

    expect(sentBy(routes, log()).sent).toBe('bc');
    expect(sentBy(routes, metric()).sent).toBe('a');
  });

  it('is also what later routes say after a route with continue, each place once', () => {
    const routes: Route[] = [
      { to: ['c', 'a'], continue: true },
      { match: { signal: 'metrics' }, drop: true },
      { to: ['a', 'b'] },
    ];

    expect(sentBy(routes, log()).sent).toBe('cab');
    expect(sentBy(routes, metric()).sent).toBe('ca');
  });

  it('is no other place if no route follows one with continue', () => {
    expect(sentBy([{ to: 'b', continue: true }], log()).sent).toBe('b');
  });

  it('is nowhere where a route drops it', () => {
    expect(sentBy([{ drop: true }, { to: 'a' }], log()).sent).toBe('');
  });

  it('is nowhere if a route sends it to an unknown destination', () => {
    expect(sentBy([{ to: 'gone' }], log()).sent).toBe('');
    expect(sentBy([{ to: 'gone', continue: true }], log()).sent).toBe('');
  });

  it('is the fail-over only by name', () => {
    expect(sentBy([], log(), { failover: 'b' }).sent).toBe('ac');
    expect(sentBy([{ to: ['b'] }], log(), { failover: 'b' }).sent).toBe('b');
  });

  it('is the same for each of many items', () => {
    const select = compileRoutes([{ to: ['a', 'b'], continue: true }, { to: ['b', 'c'] }], destinations);
    const sent: number[] = [];

    for (let time = 0; time < 3; time++) select(log(), (index) => sent.push(index));

    expect(sent).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });
});

describe('a match', () => {
  const cases: [Match, Item, boolean][] = [
    [{}, log(), true],
    [{ signal: 'logs' }, log(), true],
    [{ signal: ['metrics', 'traces'] }, log(), false],
    [{ origin: ['platform', 'otlp'] }, metric(), true],
    [{ origin: 'function' }, metric(), false],
    [{ type: 'platform.*' }, metric(), true],
    [{ type: ['function', 'extension'] }, metric(), false],
    [{ minLevel: 'warn' }, log({ severity: 13 }), true],
    [{ minLevel: 'warn' }, log({ severity: 12 }), false],
    [{ minLevel: 'info' }, log({ severity: 0 }), true],
    [{ minLevel: 'warn' }, log({ severity: 0 }), false],
    [{ maxLevel: 'debug' }, log({ severity: 8 }), true],
    [{ maxLevel: 'debug' }, log({ severity: 0 }), false],
    [{ minLevel: 'fatal' }, log({ severity: 24 }), true],
    [{ minLevel: 'trace' }, metric(), false],
    [{ minLevel: 'debug', maxLevel: 'info' }, log({ severity: 17 }), false],
    [{ name: 'aws.lambda.*' }, metric(), true],
    [{ name: 'GET *' }, span(), true],
    [{ name: '*' }, log(), false],
    [{ attributes: { route: '/health*' } }, log({ attributes: { route: '/healthz' } }), true],
    [{ attributes: { route: '/health*' } }, log({ attributes: {} }), false],
    [{ attributes: { route: '*', code: '2*' } }, log({ attributes: { route: '/', code: 204 } }), true],
    [{ attributes: { route: '*', code: '2*' } }, log({ attributes: { route: '/', code: 500 } }), false],
    [{ attributes: { toString: '*' } }, log({ attributes: {} }), false],
    [{ attributes: { user: '*"id":7*' } }, log({ attributes: { user: { id: 7 } } }), true],
    [{ text: '*timed out*' }, log({ body: 'Task timed out after 3 s' }), true],
    [{ text: '*"path":"/health"*' }, log({ body: { path: '/health' } }), true],
    [{ text: '*' }, span(), false],
    [{ not: { signal: 'logs' } }, log(), false],
    [{ not: { signal: 'logs' } }, span(), true],
    [{ signal: 'logs', not: { text: '*keep*', minLevel: 'warn' } }, log({ body: 'keep', severity: 9 }), true],
    [{ not: {} }, log(), false],
    [{ not: { not: { origin: 'function' } } }, log(), true],
  ];

  it.each(cases)('%j of %j: %s', (match, item, expected) => {
    expect(sentBy([{ match, drop: true }], item).sent).toBe(expected ? '' : 'abc');
  });

  it('matches values that JSON does not have', () => {
    const item = log({ origin: 'otlp', body: { id: 7n, bytes: new Uint8Array([1, 2]) }, attributes: { id: 7n } });
    const match = { attributes: { id: '7' }, text: '{"id":7,"bytes":"AQI="}' };

    expect(sentBy([{ match, drop: true }], item).sent).toBe('');
  });
});

describe('an item whose conditions take too long', () => {
  /** Each condition on its text takes more than a third of what an item may take. */
  const long = log({ body: { text: 'a'.repeat(3_000_000) } });
  const slow: Route = { match: { text: '*needle*' }, to: 'b' };
  const isKept: Route = { match: { not: { text: '*needle*' } }, drop: true };
  const cases: [string, Route[], string][] = [
    ['goes everywhere', [slow, slow, slow, { to: 'c' }, { drop: true }], 'abc'],
    ['is not dropped by what was not found in time', [slow, slow, isKept], 'abc'],
    ['stays where an earlier route has sent it', [{ to: 'a', continue: true }, slow, slow, slow, { to: 'c' }], 'a'],
  ];

  it.each(cases)('%s, and is counted', (_what, routes, expected) => {
    let late = 0;

    const { sent } = sentBy(routes, long, { onLate: () => late++ });

    expect([sent, late]).toEqual([expected, 1]);
  });

  it('takes no time from the items after it', () => {
    let late = 0;
    const select = compileRoutes([slow, slow, { to: 'c' }], destinations, { onLate: () => late++ });
    const sent: number[] = [];

    for (let item = 0; item < 5; item++) select(long, (index) => sent.push(index));

    expect([sent, late]).toEqual([[2, 2, 2, 2, 2], 0]);
  });
});

describe('adding attributes', () => {
  it('adds to the existing attributes, before the item is sent and later routes look', () => {
    const routes: Route[] = [
      { add: { team: 'shop', retries: 3 } },
      { match: { attributes: { team: 'shop' } }, add: { retries: 0 }, to: 'a' },
    ];

    expect(sentBy(routes, log({ attributes: { id: 1 } }))).toEqual({
      sent: 'a',
      attributes: [{ id: 1, team: 'shop', retries: 0 }],
    });
  });

  it('leaves alone what another destination has got already', () => {
    const routes: Route[] = [
      { add: { x: 1 }, to: 'a', continue: true },
      { add: { x: 2 }, to: 'b', continue: true },
      { add: { x: 3 }, to: 'c' },
    ];
    const got: Item[] = [];

    compileRoutes(routes, destinations)(log(), (_index, item) => got.push(item));

    expect(got.map(({ attributes }) => attributes)).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
  });

  it('passes the same item on if nothing changes', () => {
    const item = log();
    const got: Item[] = [];

    compileRoutes([{ add: { x: 1 } }], destinations)(item, (_index, one) => got.push(one));

    expect(got.every((one) => one === item)).toBe(true);
  });
});

describe('sampling', () => {
  const halve: Route[] = [{ sample: 0.5 }];
  const isKept = (item: Item, routes = halve, random?: () => number) =>
    sentBy(routes, item, random && { random }).sent !== '';

  it('keeps all of a trace or nothing', () => {
    fc.assert(
      fc.property(hex(32), fc.double({ min: 0, max: 1, noNaN: true }), (traceId, sample) => {
        const items = [span({ traceId }), span({ traceId, spanId: '1'.repeat(16) }), log({ traceId, requestId: 'r' })];

        expect(new Set(items.map((item) => isKept(item, [{ sample }]))).size).toBe(1);
      }),
    );
  });

  it('keeps a subset of what a larger share keeps', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.double({ min: 0, max: 1, noNaN: true }), (requestId, sample) => {
        const item = log({ requestId });

        expect(isKept(item, [{ sample: sample / 2 }]) && !isKept(item, [{ sample }])).toBe(false);
      }),
    );
  });

  it.each<[string, () => fc.Arbitrary<Item>]>([
    ['random trace ids', () => hex(32).map((traceId) => span({ traceId }))],
    ['trace ids that are random in a half only', () => hex(16).map((id) => span({ traceId: id.padEnd(32, '0') }))],
    ['request ids', () => fc.uuid().map((requestId) => log({ requestId }))],
  ])('keeps the requested share of %s', (_ids, items) => {
    fc.assert(
      fc.property(fc.constantFrom(0.02, 0.1, 0.5, 0.9), fc.integer(), (sample, seed) => {
        const count = 5_000;
        const kept = fc.sample(items(), { numRuns: count, seed }).filter((item) => isKept(item, [{ sample }])).length;

        const fiveDeviations = 5 * Math.sqrt(count * sample * (1 - sample));
        expect(Math.abs(kept - count * sample)).toBeLessThan(fiveDeviations);
      }),
      { numRuns: 5, seed: 7 },
    );
  });

  it('keeps the share of ids that only count up', () => {
    const items = Array.from({ length: 5_000 }, (_, id) => log({ requestId: `request-${id}` }));

    expect(items.filter((item) => isKept(item)).length / items.length).toBeCloseTo(0.5, 1);
  });

  it('decides by chance if an item has no id', () => {
    expect(isKept(log(), halve, () => 0.49)).toBe(true);
    expect(isKept(log(), halve, () => 0.5)).toBe(false);
  });

  it.each<[string, Item]>([
    ['logs from error on', log({ severity: 17 })],
    ['spans that failed', span({ status: { code: 'error' } })],
    ['metrics', metric()],
  ])('keeps %s', (_what, item) => {
    expect(isKept(item, [{ sample: 0 }])).toBe(true);
  });

  it('keeps nothing else at 0 and all at 1', () => {
    fc.assert(
      fc.property(hex(32), (traceId) => {
        expect(isKept(span({ traceId }), [{ sample: 0 }])).toBe(false);
        expect(isKept(span({ traceId }), [{ sample: 1 }])).toBe(true);
      }),
    );
  });
});

function hex(length: number) {
  return fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
}
