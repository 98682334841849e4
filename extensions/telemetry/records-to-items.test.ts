import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anotherRequestId,
  aSource,
  at,
  functionLine,
  initReport,
  initStart,
  logsOf,
  report,
  requestId,
  runtimeDone,
  spansOf,
  start,
  startMs,
  traceId,
  valuesOf,
} from '../../test/support/builders/lambda-records.ts';
import { correlator } from './invocations/correlate.ts';
import { platformEvents } from './invocations/platform-events.ts';
import { compactor } from './items/compact.ts';
import type { Item } from './items/item.ts';
import { normaliser } from './read/normalise.ts';
import { recordsToItems } from './records-to-items.ts';

it('takes an on-demand environment from its init to its end', () => {
  const { receive, platform, correlate } = aReader();

  const items = [
    ...receive([initStart(), functionLine('loading', -300), initReport()], startMs),
    ...receive([start(), functionLine(`${at(5)}\t${requestId}\tINFO\tworking\n`), runtimeDone()], startMs + 200),
    ...receive([report(), start(anotherRequestId, 2_000), functionLine('slow')], startMs + 2_100),
    ...platform.closeAtShutdown('timeout', startMs + 5_000),
    ...correlate.release(),
  ];

  expect(logsOf(items).map((log) => [log.type, log.level, log.requestId, log.traceId])).toEqual([
    ['platform.initStart', 'INFO', undefined, undefined],
    ['platform.initReport', 'INFO', undefined, undefined],
    ['function', undefined, requestId, traceId],
    ['platform.start', 'INFO', requestId, traceId],
    ['function', 'INFO', requestId, traceId],
    ['platform.runtimeDone', 'INFO', requestId, traceId],
    ['platform.report', 'INFO', requestId, traceId],
    ['platform.start', 'INFO', anotherRequestId, traceId],
    ['function', undefined, anotherRequestId, traceId],
    ['platform.shutdown', 'ERROR', anotherRequestId, traceId],
  ]);
  expect(valuesOf(items)).toMatchObject({
    'faas.coldstarts': 1,
    'faas.timeouts': 1,
    'aws.lambda.billed_duration': 0.694,
  });
  expect(spansOf(items).map(({ name }) => name)).toEqual([
    'init',
    'orders',
    'responseLatency',
    'responseDuration',
    'extensionOverhead',
    'orders',
  ]);
});

it('takes an environment of provisioned concurrency, which waits for its first invocation', () => {
  const { receive } = aReader();

  const early = receive(
    [initStart('provisioned-concurrency'), functionLine('loading'), initReport('provisioned-concurrency')],
    startMs,
  );
  const later = receive([start(requestId, 600_000), report()], startMs + 600_100);

  expect(spansOf(early)).toHaveLength(1);
  expect(logsOf(later).map(({ body }) => String(body).split(' ')[0])).toEqual(['loading', 'START', 'REPORT']);
  expect(valuesOf(later)).not.toHaveProperty('faas.coldstarts');
  expect(valuesOf(later)['aws.lambda.estimated_cost']).toBeCloseTo(0.2 / 1e6 + 0.694 * (128 / 1024) * 0.0000097222, 12);
});

it('takes a managed instance, whose lines name their own invocation', () => {
  const { receive } = aReader({ isManagedInstances: true });
  const line = (id: string) => functionLine({ timestamp: at(20), level: 'INFO', requestId: id, message: id });

  const items = receive(
    [
      initStart('lambda-managed-instances'),
      functionLine({ timestamp: at(-300), level: 'INFO', message: 'loading' }),
      start(),
      start(anotherRequestId, 1),
      line(anotherRequestId),
      line(requestId),
      { ...report(), record: { requestId, status: 'success', metrics: { durationMs: 30 } } },
    ],
    startMs + 100,
  );

  expect(
    logsOf(items)
      .filter(({ type }) => type === 'function')
      .map((log) => [log.body, log.requestId]),
  ).toEqual([
    ['loading', undefined],
    [anotherRequestId, anotherRequestId],
    [requestId, requestId],
  ]);
  expect(valuesOf(items)).toEqual({ 'faas.invocations': 1, 'faas.invoke_duration': 0.03 });
});

describe('what the handler threw, as the runtime logs it, fails the invocation', () => {
  const thrown = { errorType: 'RangeError', errorMessage: 'far', stack: ['RangeError: far', '    at index.mjs:1:7'] };
  const text = `${at(5)}\t${requestId}\tERROR\tInvoke Error \t${JSON.stringify(thrown)}\n`;
  const message = { errorType: 'RangeError', errorMessage: 'far', stackTrace: thrown.stack };
  const json = { timestamp: at(5), level: 'ERROR', requestId, message };
  const axios = { message: 'Request failed', name: 'AxiosError', stack: 'AxiosError: Request failed', status: 500 };
  const success = (producedBytes: number) => ({
    time: at(141),
    type: 'platform.runtimeDone',
    record: { requestId, status: 'success', metrics: { durationMs: 140, producedBytes } },
  });
  const posted = success(0);
  const managed = (outcome: object) => ({
    time: at(141),
    type: 'platform.report',
    record: { requestId, ...outcome, metrics: { durationMs: 140 } },
  });
  const isManagedInstances = true;

  it.each<[string, unknown, ReturnType<typeof functionLine>, string | undefined, object]>([
    ['in the text format', text, posted, 'RangeError', {}],
    ['in the text format, in the middle of a stream', text, success(5), 'RangeError', {}],
    ['in the text format, cut off', text.slice(0, 120), posted, undefined, {}],
    [
      'in the text format, with a toJSON of its own',
      text.replace(JSON.stringify(thrown), JSON.stringify(axios)),
      posted,
      'AxiosError',
      {},
    ],
    [
      'in the text format, with a type too long for a metric',
      text.replace('RangeError', 'R'.repeat(129)),
      posted,
      undefined,
      {},
    ],
    ['in the JSON format', json, posted, 'RangeError', {}],
    ['in the JSON format, as text', JSON.stringify(json), posted, 'RangeError', {}],
    ['in the JSON format, with a toJSON of its own', { ...json, message: axios }, posted, 'AxiosError', {}],
    [
      'on managed instances, where Lambda does not know the type',
      json,
      managed({ status: 'error', errorType: 'Runtime.Unknown' }),
      'RangeError',
      { isManagedInstances },
    ],
    [
      'in the text format, before a report alone',
      text,
      managed({ status: 'success' }),
      'RangeError',
      { isManagedInstances },
    ],
    [
      'before the process crashed, of which Lambda tells',
      text,
      runtimeDone({ status: 'error', errorType: 'Runtime.ExitError' }),
      'Runtime.ExitError',
      {},
    ],
  ])('%s', (_case, line, end, type, options) => {
    const { receive } = aReader(options);

    const items = [
      ...receive([start(), functionLine(line), end], startMs + 200),
      ...receive([report(), start(anotherRequestId, 2_000)], startMs + 2_100),
      ...receive([{ ...success(4), record: { ...success(4).record, requestId: anotherRequestId } }], startMs + 2_200),
    ];

    const errors = items.filter((item) => item.signal === 'metrics' && item.name === 'faas.errors');
    expect(errors).toMatchObject([
      { data: { value: 1 }, attributes: type === undefined ? {} : { 'error.type': type } },
    ]);
    const spans = spansOf(items).filter(({ name }) => name === 'orders');
    expect(spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
      [{ code: 'error', message: type ?? 'error' }, type],
      [{ code: 'ok' }, undefined],
    ]);
    expect(logsOf(items).filter((log) => log.origin === 'function')).toMatchObject([{ level: 'ERROR', requestId }]);
  });

  it.each<[string, unknown, ReturnType<typeof functionLine>, object]>([
    ['that it logged and went on from, in the JSON format', json, success(4), {}],
    [
      'that it logged and went on from, on managed instances',
      json,
      managed({ status: 'success' }),
      { isManagedInstances },
    ],
    ['of another invocation', text.replace(requestId, anotherRequestId), posted, {}],
    ['of no invocation', text.replace(requestId, 'undefined'), posted, {}],
    ['of another level', text.replace('ERROR', 'WARN'), posted, {}],
    ['whose line says more', text.replace('Invoke Error', 'An Invoke Error'), posted, {}],
    ['whose line says less', `${at(5)}\t${requestId}\tERROR\tInvoke Error\n`, posted, {}],
    ['that is a text', { ...json, message: 'RangeError: far' }, posted, {}],
    ['that has no type', { ...json, message: { errorType: 7 } }, posted, {}],
    ['of the init', text.replace('Invoke Error', 'Init Error'), posted, {}],
  ])('but not an error %s', (_case, line, end, options) => {
    const { receive } = aReader(options);

    const items = receive([start(), functionLine(line), end], startMs + 200);

    expect(valuesOf(items)).not.toHaveProperty('faas.errors');
    expect(spansOf(items).find(({ name }) => name === 'orders')?.status).toEqual({ code: 'ok' });
  });

  it.each(['timeout', 'spindown'])('also if the environment ends by %s before Lambda reports its end', (reason) => {
    const { receive, platform } = aReader();
    receive([start(), functionLine(text)], startMs + 200);

    const items = platform.closeAtShutdown(reason, startMs + 300);

    const counted = reason === 'timeout' ? 'faas.timeouts' : 'faas.errors';
    expect(valuesOf(items)).toEqual({ 'faas.invocations': 1, [counted]: 1 });
    expect(spansOf(items)).toMatchObject([{ status: { code: 'error' } }]);
  });
});

it('uses Lambda’s time if the line has none, and ours if Lambda’s cannot be read', () => {
  const { receive } = aReader({ isManagedInstances: true });

  const items = receive(
    [functionLine('a', 7), { type: 'function', record: 'b' }, { time: 'soon', type: 'function', record: 'c' }, 'd'],
    startMs + 99,
  );

  expect(logsOf(items).map(({ body, timeMs }) => [body, timeMs])).toEqual([
    ['a', startMs + 7],
    ['b', startMs + 99],
    ['c', startMs + 99],
    ['d', startMs + 99],
  ]);
});

it('delivers 1,000 lines that are all the same', () => {
  const { receive } = aReader({ isManagedInstances: true });

  expect(
    receive(
      Array.from({ length: 1_000 }, () => functionLine('same')),
      startMs,
    ),
  ).toHaveLength(1_000);
});

it('accounts for every element of any JSON, and never fails', () => {
  const anyRecord = fc.oneof(
    fc.jsonValue(),
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  const type = fc.oneof(
    fc.constantFrom(
      'function',
      'extension',
      'platform.start',
      'platform.report',
      'platform.runtimeDone',
      'platform.initReport',
      'platform.logsDropped',
      'platform.new',
    ),
    fc.jsonValue(),
  );
  const envelope = fc.record(
    { time: fc.oneof(fc.jsonValue(), fc.constant(at(0))), type, record: anyRecord },
    { requiredKeys: [] },
  );
  const options = fc.record({ isManagedInstances: fc.boolean() });

  fc.assert(
    fc.property(fc.array(fc.oneof(envelope, fc.jsonValue())), options, (records, chosen) => {
      const { receive, correlate } = aReader(chosen);

      const items = [...receive(records, startMs), ...correlate.release()];

      // None of these is a stack trace or has metrics in it, so there is a line for each.
      expect(logsOf(items)).toHaveLength(records.length);
      expect(items.filter(({ timeMs }) => !Number.isFinite(timeMs))).toEqual([]);
    }),
  );
});

it('survives platform records with anything in their fields', () => {
  const field = fc.constantFrom(
    'requestId',
    'status',
    'errorType',
    'tracing',
    'spans',
    'metrics',
    'phase',
    'initializationType',
    'events',
  );
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.jsonValue()),
    fc.record({ durationMs: fc.jsonValue(), value: fc.jsonValue(), start: fc.jsonValue(), name: fc.string() }),
  );
  const type = fc.constantFrom(
    'initStart',
    'initReport',
    'restoreReport',
    'start',
    'runtimeDone',
    'report',
    'extension',
    'telemetrySubscription',
    'logsDropped',
  );
  const record = fc.record({
    time: fc.constant(at(0)),
    type: type.map((name) => `platform.${name}`),
    record: fc.dictionary(field, fc.oneof(anything, fc.constant(requestId))),
  });

  fc.assert(
    fc.property(fc.array(record), fc.constantFrom('timeout', 'failure', 'spindown'), (records, reason) => {
      const { receive, platform, correlate } = aReader();

      const items = [...receive(records, startMs), ...correlate.release()];
      platform.closeAtShutdown(reason, startMs);

      expect(logsOf(items)).toHaveLength(records.length);
    }),
  );
});

it('survives any value in place of embedded metrics', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const metric = fc.oneof(fc.record({ Name: fc.oneof(name, fc.jsonValue()), Unit: fc.jsonValue() }), fc.jsonValue());
  const list = <T>(of: fc.Arbitrary<T>) => fc.oneof(fc.array(of), fc.jsonValue());
  const directive = fc.record({ Namespace: fc.jsonValue(), Dimensions: list(list(name)), Metrics: list(metric) });
  const document = fc.record({
    _aws: fc.record({ Timestamp: fc.jsonValue(), CloudWatchMetrics: list(fc.oneof(directive, fc.jsonValue())) }),
    a: fc.jsonValue(),
    b: fc.array(fc.oneof(fc.integer(), fc.jsonValue())),
  });

  fc.assert(
    fc.property(fc.array(document), (documents) => {
      const { receive } = aReader({ isManagedInstances: true });
      const parsed = documents.map((one) => functionLine(JSON.parse(JSON.stringify(one))));

      expect(receive([...parsed, functionLine('last')], startMs).length).toBeGreaterThanOrEqual(documents.length + 1);
    }),
  );
});

it('keeps a record that is nested too deep to be read', () => {
  const { receive } = aReader();
  let errorType: unknown = 'x';
  for (let depth = 0; depth < 50_000; depth++) errorType = [errorType];
  const record = { requestId, status: 'error', errorType };

  const items = receive([{ time: at(0), type: 'platform.report', record }, start()], startMs);

  expect(items.map(({ type }) => type)).toEqual(['platform.report', 'platform.start']);
});

it('keeps every text when lines are joined', () => {
  const line = fc.constantFrom('Error: a', '    at b (c.js:1:1)', '  d: 1', '}', 'Caused by: e', 'f', '\tat g');
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const { receive } = aReader({ isManagedInstances: true });

      const items = receive(
        lines.map((text) => functionLine(text)),
        startMs,
      );

      expect(
        logsOf(items)
          .map(({ body }) => body)
          .join('\n'),
      ).toBe(lines.join('\n'));
    }),
  );
});

function aReader({ isManagedInstances = false } = {}) {
  const platform = platformEvents({
    source: aSource,
    functionName: 'orders',
    architecture: 'x64',
    isManagedInstances,
  });
  const correlate = correlator({
    invocations: platform.invocations,
    isManagedInstances,
    hasPlatformRecords: () => true,
    adoptsSpans: true,
  });
  const normalise = normaliser({
    source: aSource,
    embeddedMetrics: 'metrics',
    takesMetrics: true,
    isInvocation: correlate.isInvocation,
  });
  const receive: (records: unknown, nowMs: number) => Item[] = recordsToItems({
    source: aSource,
    normalise,
    platform,
    correlator: correlate,
    compactor: compactor(),
  });
  return { receive, platform, correlate };
}
