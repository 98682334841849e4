import { expect, it } from 'vitest';
import {
  anotherRequestId,
  aSource,
  headerParent,
  invocationSpanId,
  requestId,
  startMs,
  traceHeader,
  traceId,
  tracing,
} from '../../../test/support/builders/lambda-records.ts';
import type { Item, LogItem, SpanItem, Value } from '../items/item.ts';
import { logItem } from '../items/log-line.ts';
import { type CorrelatorOptions, correlator } from './correlate.ts';
import { invocationMemory } from './invocations.ts';

const ownSpanId = '1111111111111111';

it('gives lines the request id and the trace of the invocation that runs', () => {
  const { begin, correlate } = aCorrelator();

  const items = correlate([begin(requestId), aLine('a')]);

  expect(items[1]).toEqual({ ...aLine('a'), requestId, traceId, spanId: invocationSpanId });
});

it('releases waiting lines with the first invocation, ahead of its record', () => {
  const { begin, correlate, release } = aCorrelator();

  const before = correlate([aLine('a'), { ...aLine('b'), origin: 'extension' }]);
  const after = correlate([aLine('c'), begin(requestId), aLine('d')]);

  expect(before).toEqual([]);
  expect(after.map((item) => [(item as LogItem).body, item.requestId, (item as LogItem).traceId])).toEqual([
    ['a', requestId, traceId],
    ['b', requestId, traceId],
    ['c', requestId, traceId],
    ['START', requestId, traceId],
    ['d', requestId, traceId],
  ]);
  expect(release()).toEqual([]);
});

it('holds no line before a snapshot, and those after it until the first invocation', () => {
  let isSnapshotAhead = true;
  const { begin, correlate } = aCorrelator({ isSnapshotAhead: () => isSnapshotAhead });

  const before = correlate([aLine('of INIT')]);
  isSnapshotAhead = false;
  const after = [correlate([aLine('of a hook')]), correlate([begin(requestId)])];

  expect(before).toEqual([aLine('of INIT')]);
  expect(after.map((items) => items.map((item) => item.requestId))).toEqual([[], [requestId, requestId]]);
});

it.each(['platform.runtimeDone', 'platform.report'])(
  'takes lines for those of the invocation that ends with %s, where this process has not seen it begin',
  (type) => {
    const { correlate } = aCorrelator();
    const end: LogItem = { ...aLine('END'), origin: 'platform', type, requestId };

    const items = correlate([aLine('a'), end, aLine('b')]);

    expect(items.map((item) => [(item as LogItem).body, item.requestId])).toEqual([
      ['a', requestId],
      ['END', requestId],
      ['b', requestId],
    ]);
  },
);

it('does not hold a line with a request id, nor items that are not lines of the function', () => {
  const { correlate } = aCorrelator();
  const metric = { signal: 'metrics' } as Item;
  const platform = { ...aLine('INIT_START'), origin: 'platform' as const, type: 'platform.initStart' };

  expect(correlate([{ ...aLine('a'), requestId }, metric, platform])).toHaveLength(3);
});

it('follows the platform’s records, not INVOKE, because lines may come late', () => {
  const { begin, correlate, invoke } = aCorrelator();
  correlate([begin(requestId)]);

  invoke({ requestId: anotherRequestId, tracing: { value: traceHeader } });
  const items = correlate([aLine('late'), begin(anotherRequestId), aLine('new')]);

  expect(items.map((item) => item.requestId)).toEqual([requestId, anotherRequestId, anotherRequestId]);
});

it('follows INVOKE if no platform records come', () => {
  const { correlate, invoke } = aCorrelator({ hasPlatformRecords: () => false });

  const waited = correlate([aLine('a')]);
  const released = invoke({ requestId, tracing: { value: traceHeader } });

  expect(waited).toEqual([]);
  expect(released).toEqual([{ ...aLine('a'), requestId, traceId }]);
  expect(correlate([aLine('b')])).toEqual([{ ...aLine('b'), requestId, traceId }]);
});

it('keeps the trace that a line names', () => {
  const { begin, correlate } = aCorrelator();
  const own = { traceId: '1'.repeat(32), spanId: ownSpanId };

  expect(correlate([begin(requestId), { ...aLine('a'), ...own }])[1]).toEqual({ ...aLine('a'), requestId, ...own });
});

it('takes the span that a line names, in the invocation’s trace', () => {
  const { begin, correlate } = aCorrelator();

  expect(correlate([begin(requestId), { ...aLine('a'), spanId: ownSpanId }])[1]).toMatchObject({
    traceId,
    spanId: ownSpanId,
  });
});

it.each([
  ['items', { items: 3, bytes: 1_000_000 }],
  ['bytes', { items: 1_000, bytes: 3 * 201 }],
])('holds a bounded number of %s, then passes them on as they are', (_what, mostWaiting) => {
  const { correlate } = aCorrelator({ mostWaiting });

  const items = ['a', 'b', 'c', 'd', 'e'].flatMap((body) => correlate([aLine(body)]));

  expect(items).toEqual(['a', 'b', 'c', 'd'].map(aLine));
});

it('counts the attributes of waiting lines as well, however deep they are', () => {
  const { correlate, unkept } = aCorrelator({ mostWaiting: { items: 1_000, bytes: 100_000 } });
  let deep: Value = 'x';
  for (let level = 0; level < 20_000; level++) deep = [deep];

  correlate([{ ...aLine('a'), body: { text: 'x'.repeat(60_000) } }]);
  expect(unkept()).toBe(1);
  correlate([{ ...aLine('b'), attributes: { text: 'x'.repeat(60_000) } }]);
  expect(unkept()).toBe(0);
  correlate([{ ...aLine('c'), body: deep }]);
  expect(unkept()).toBe(0);
});

it('releases all waiting items', () => {
  const { correlate, release } = aCorrelator();
  correlate([aLine('a')]);

  expect(release()).toEqual([aLine('a')]);
  expect(release()).toEqual([]);
});

it('gives items with a trace the request id of its invocation, also if an SDK sends them during the next one', () => {
  const { begin, correlate } = aCorrelator();
  const ofNext = { traceId: '1'.repeat(32), value: 'Root=1-11111111-111111111111111111111111;Parent=2222222222222222' };
  correlate([begin(requestId), begin(anotherRequestId, ofNext)]);

  const items = correlate([
    { ...aLine('late'), origin: 'otlp', traceId },
    { ...aLine('new'), origin: 'otlp', traceId: ofNext.traceId },
    { ...aLine('of none'), origin: 'otlp', traceId: '3'.repeat(32) },
  ]);

  expect(items.map((item) => item.requestId)).toEqual([requestId, anotherRequestId, anotherRequestId]);
});

it('gives items of an SDK the invocation that their attribute names, if there is one', () => {
  const { begin, correlate } = aCorrelator();
  correlate([begin(requestId), begin(anotherRequestId, {})]);
  const named = (id: string) => ({ attributes: { 'faas.invocation_id': id }, traceId: '3'.repeat(32) });

  const items = correlate([
    { ...aLine('a'), origin: 'otlp', ...named(requestId) },
    aSpan(named(requestId)),
    { ...aLine('b'), origin: 'otlp', ...named('11111111-2222-3333-4444-555555555555') },
  ]);

  expect(items.map((item) => item.requestId)).toEqual([requestId, requestId, anotherRequestId]);
});

it('knows the ids of INVOKE, of the records, and no others', () => {
  const { begin, correlate, invoke, isInvocation } = aCorrelator();
  invoke({ requestId: anotherRequestId });
  invoke({ requestId: 'the latest' });
  correlate([begin(requestId)]);

  expect([requestId, anotherRequestId, 'the latest', 'of HTTP'].map(isInvocation)).toEqual([true, true, true, false]);
});

it('gives items of an SDK that arrive before the start record the request id of the INVOKE event with that trace', () => {
  const { begin, correlate, invoke } = aCorrelator({ adoptsSpans: false });
  const traceOfNext = '1'.repeat(32);
  correlate([begin(requestId)]);
  invoke({ requestId: anotherRequestId, tracing: { value: 'Root=1-11111111-111111111111111111111111;Sampled=1' } });

  const items = correlate([
    { ...aLine('by the SDK'), origin: 'otlp', traceId: traceOfNext },
    aSpan({ traceId: traceOfNext }),
    aLine('of the stream'),
  ]);

  expect(items.map((item) => item.requestId)).toEqual([anotherRequestId, anotherRequestId, requestId]);
});

it('trusts only the line itself on managed instances', () => {
  const { begin, correlate, invoke, memory } = aCorrelator({ isManagedInstances: true });
  memory.begin({ requestId: anotherRequestId, startMs, tracing: undefined, isColdStart: false });

  const released = invoke({ requestId });
  const items = correlate([begin(requestId), aLine('a'), { ...aLine('b'), requestId: anotherRequestId }]);

  expect(released).toEqual([]);
  expect(items[1]).toEqual(aLine('a'));
  expect(items[2]).toMatchObject({ requestId: anotherRequestId, traceId: memory.get(anotherRequestId)?.traceId });
});

it.each([
  ['without a parent', undefined, invocationSpanId],
  ['whose parent is the caller', headerParent, invocationSpanId],
  ['within another', '2222222222222222', '2222222222222222'],
])('places a span %s', (_which, parentSpanId, expected) => {
  const { begin, correlate } = aCorrelator();
  correlate([begin(requestId)]);

  const items = correlate([aSpan({ parentSpanId }), aSpan({ parentSpanId, traceId: '1'.repeat(32) })]);

  expect(items).toEqual([
    aSpan({ parentSpanId: expected, requestId }),
    aSpan({ parentSpanId, traceId: '1'.repeat(32), requestId }),
  ]);
});

it('keeps parents as they are if the span of the invocation is not sent', () => {
  const { begin, correlate } = aCorrelator({ adoptsSpans: false });
  correlate([begin(requestId)]);

  expect(correlate([aSpan({})])).toEqual([aSpan({ requestId })]);
});

it('holds a span that comes before the record which has its parent’s id', () => {
  const { begin, correlate, invoke } = aCorrelator();
  invoke({ requestId, tracing: { value: traceHeader } });

  const early = correlate([aSpan({}), aSpan({ traceId: '1'.repeat(32) })]);
  const later = correlate([begin(requestId)]);

  expect(early).toEqual([aSpan({ traceId: '1'.repeat(32) })]);
  expect(later[0]).toEqual(aSpan({ parentSpanId: invocationSpanId, requestId }));
});

it('holds no span if no such record will come', () => {
  const { correlate, invoke } = aCorrelator({ hasPlatformRecords: () => false });
  invoke({ requestId, tracing: { value: traceHeader } });

  expect(correlate([aSpan({})])).toEqual([aSpan({ requestId })]);
});

function aCorrelator(options: Partial<CorrelatorOptions> = {}) {
  const memory = invocationMemory(16);
  const parts = correlator({
    invocations: memory,
    isManagedInstances: false,
    hasPlatformRecords: () => true,
    adoptsSpans: true,
    ...options,
  });
  return {
    ...parts,
    memory,
    /** As the platform's events do it: the invocation is known when its record arrives. */
    begin(id: string, itsTracing: object = tracing): LogItem {
      memory.begin({ requestId: id, startMs, tracing: itsTracing, isColdStart: false });
      const item = logItem('platform', aSource, 'platform.start', startMs, 'START');
      item.requestId = id;
      return item;
    },
  };
}

function aLine(body: string): LogItem {
  return logItem('function', aSource, 'function', startMs, body);
}

function aSpan(fields: Partial<SpanItem>): SpanItem {
  return {
    signal: 'traces',
    origin: 'otlp',
    source: aSource,
    type: 'otlp',
    timeMs: startMs,
    attributes: {},
    traceId,
    spanId: ownSpanId,
    name: 'GET /',
    kind: 'server',
    endMs: startMs + 1,
    status: { code: 'unset' },
    events: [],
    links: [],
    ...fields,
  };
}
