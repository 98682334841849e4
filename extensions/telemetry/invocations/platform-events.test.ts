import { expect, it } from 'vitest';
import {
  anotherRequestId,
  aSource,
  at,
  headerParent,
  initReport,
  initStart,
  invocationSpanId,
  logsOf,
  report,
  requestId,
  runtimeDone,
  spansOf,
  start,
  startMs,
  traceId,
  valuesOf,
} from '../../../test/support/builders/lambda-records.ts';
import type { Item } from '../items/item.ts';
import { type PlatformEvents, type PlatformEventsOptions, platformEvents } from './platform-events.ts';

const anId = expect.stringMatching(/^[0-9a-f]{16}$/);
const aTraceId = expect.stringMatching(/^[0-9a-f]{32}$/);

it('counts a cold start when the first invocation begins', () => {
  const platform = onDemand();

  const init = take(platform, initStart(), initReport());
  const first = take(platform, start());
  const second = take(platform, start(anotherRequestId));

  expect(valuesOf(init)).toEqual({ 'faas.init_duration': 397.68 / 1_000 });
  expect(spansOf(init)).toEqual([]);
  expect(valuesOf(first)).toEqual({ 'faas.coldstarts': 1 });
  expect(spansOf(first)).toEqual([
    {
      signal: 'traces',
      origin: 'platform',
      source: aSource,
      type: 'platform.initReport',
      timeMs: startMs - 500,
      requestId,
      attributes: { 'aws.lambda.initialization_type': 'on-demand' },
      traceId,
      spanId: anId,
      parentSpanId: headerParent,
      name: 'init',
      kind: 'internal',
      endMs: startMs - 500 + 397.68,
      status: { code: 'ok' },
      events: [],
      links: [],
      otlp: { flags: 1 },
    },
  ]);
  expect([valuesOf(second), spansOf(second)]).toEqual([{}, []]);
});

it.each(['provisioned-concurrency', 'lambda-managed-instances'])(
  'reports the init of %s at once, and counts no cold start',
  (type) => {
    const platform = onDemand();

    const init = take(platform, initStart(type), initReport(type));
    const first = take(platform, start());

    expect(spansOf(init)).toMatchObject([{ name: 'init', requestId: undefined, traceId: aTraceId }]);
    expect([valuesOf(first), spansOf(first)]).toEqual([{}, []]);
  },
);

it('counts the restore of a snapshot as a cold start', () => {
  const platform = onDemand();
  const restoreStart = {
    time: at(-50),
    type: 'platform.restoreStart',
    record: { functionName: 'orders', functionVersion: '3' },
  };
  const restoreReport = {
    time: at(-5),
    type: 'platform.restoreReport',
    record: { status: 'success', metrics: { durationMs: 40 } },
  };

  const items = take(platform, restoreStart, restoreReport, start());

  expect(valuesOf(items)).toEqual({ 'aws.lambda.restore_duration': 0.04, 'faas.coldstarts': 1 });
  expect(spansOf(items)).toMatchObject([
    {
      name: 'restore',
      timeMs: startMs - 50,
      endMs: startMs - 10,
      traceId,
      attributes: { 'aws.lambda.initialization_type': 'snap-start' },
    },
  ]);
});

it('reports a failed init', () => {
  const platform = onDemand();

  const items = take(platform, initStart(), initReport('on-demand', { status: 'error', errorType: 'Extension.Crash' }));
  const end = platform.closeAtShutdown('failure', startMs);

  expect(logsOf(items).map(({ level, body }) => [level, body])).toEqual([
    ['INFO', 'INIT_START Runtime Version: nodejs:24.v3\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:3a1b'],
    ['ERROR', 'INIT_REPORT Init Duration: 397.68 ms\tPhase: init\tStatus: error\tError Type: Extension.Crash'],
  ]);
  expect(end).toMatchObject([{ name: 'init', status: { code: 'error', message: 'Extension.Crash' } }]);
});

it('reports an invocation when the runtime is done with it', () => {
  const platform = onDemand();
  take(platform, start());

  const items = take(platform, runtimeDone());

  expect(valuesOf(items)).toEqual({
    'faas.invocations': 1,
    'faas.invoke_duration': 0.14,
    'aws.lambda.response_size': 16,
  });
  const common = {
    signal: 'traces',
    origin: 'platform',
    source: aSource,
    type: 'platform.runtimeDone',
    requestId,
    traceId,
    events: [],
    links: [],
    otlp: { flags: 1 },
  };
  const phase = {
    ...common,
    attributes: {},
    parentSpanId: invocationSpanId,
    kind: 'internal',
    status: { code: 'unset' },
  };
  expect(spansOf(items)).toEqual([
    {
      ...common,
      timeMs: startMs,
      attributes: { 'faas.invocation_id': requestId, 'faas.coldstart': false },
      spanId: invocationSpanId,
      parentSpanId: headerParent,
      name: 'orders',
      kind: 'server',
      endMs: startMs + 140,
      status: { code: 'ok' },
    },
    { ...phase, timeMs: startMs + 21, spanId: anId, name: 'responseLatency', endMs: startMs + 44 },
    { ...phase, timeMs: startMs + 44, spanId: anId, name: 'responseDuration', endMs: startMs + 64 },
  ]);
  expect(logsOf(items)).toMatchObject([{ level: 'INFO', severity: 9, requestId, body: `END RequestId: ${requestId}` }]);
});

it('adds what only the report knows, one invocation late', () => {
  const platform = onDemand();
  take(platform, start(), runtimeDone(), start(anotherRequestId, 5_000));

  const items = take(platform, report());

  const usd = 0.2 / 1e6 + 0.694 * (128 / 1024) * 0.0000166667;
  expect(valuesOf(items)).toEqual({
    'aws.lambda.billed_duration': 0.694,
    'faas.mem_usage': 84 * 1024 * 1024,
    'aws.lambda.memory_size': 128 * 1024 * 1024,
    'aws.lambda.estimated_cost': usd,
    'aws.lambda.post_runtime_duration': 0.025,
  });
  expect(spansOf(items)).toMatchObject([
    { name: 'extensionOverhead', traceId, parentSpanId: invocationSpanId, requestId },
  ]);
  expect(logsOf(items)).toMatchObject([
    {
      level: 'INFO',
      requestId,
      body: `REPORT RequestId: ${requestId}\tDuration: 693.92 ms\tBilled Duration: 694 ms\tMemory Size: 128 MB\tMax Memory Used: 84 MB`,
      attributes: report().record,
    },
  ]);
});

it('reports invocations of managed instances, which have only the report and overlap', () => {
  const platform = onDemand({ isManagedInstances: true });
  const spans = [{ name: 'responseLatency', start: at(1), durationMs: 2 }];
  const bare = (id: string, durationMs: number) => ({
    time: at(900),
    type: 'platform.report',
    record: { requestId: id, status: 'success', metrics: { durationMs }, spans },
  });
  take(platform, start(), start(anotherRequestId, 3));

  const first = take(platform, bare(requestId, 200));
  const second = take(platform, bare(anotherRequestId, 300));

  expect([first, second].map(valuesOf)).toEqual([
    { 'faas.invocations': 1, 'faas.invoke_duration': 0.2 },
    { 'faas.invocations': 1, 'faas.invoke_duration': 0.3 },
  ]);
  expect([...spansOf(first), ...spansOf(second)]).toMatchObject([
    { name: 'orders', requestId, timeMs: startMs, endMs: startMs + 200 },
    { name: 'responseLatency', requestId },
    { name: 'orders', requestId: anotherRequestId, timeMs: startMs + 3, endMs: startMs + 303 },
    { name: 'responseLatency', requestId: anotherRequestId },
  ]);
});

it.each<[string, object, object]>([
  ['error', { status: 'error', errorType: 'Runtime.ExitError' }, { 'faas.errors': 1 }],
  ['failure', { status: 'failure', errorType: 'Sandbox.Failure' }, { 'faas.errors': 1 }],
  ['timeout', { status: 'timeout' }, { 'faas.timeouts': 1 }],
])('reports an invocation that ends with %s, once', (status, outcome, counted) => {
  const platform = onDemand();
  take(platform, start());

  const items = take(platform, runtimeDone(outcome));
  const later = [
    ...take(platform, runtimeDone(outcome), report(outcome)),
    ...platform.closeAtShutdown('failure', startMs + 2_000),
  ];

  expect(valuesOf(items)).toMatchObject({ 'faas.invocations': 1, ...counted });
  expect(spansOf(items)[0]?.status.code).toBe('error');
  expect(logsOf(items)).toMatchObject([
    { level: 'ERROR', severity: 17, requestId, body: expect.stringContaining(`Status: ${status}`) },
  ]);
  expect(valuesOf(later)).not.toHaveProperty('faas.invocations');
  expect(spansOf(later).map(({ name }) => name)).toEqual(['extensionOverhead']);
  expect(logsOf(later).filter(({ type }) => type === 'platform.shutdown')).toEqual([]);
});

it.each<[string, string, object]>([
  ['timeout', 'timed out', { 'faas.timeouts': 1 }],
  ['FAILURE', 'failed', { 'faas.errors': 1 }],
])('adds the end of an invocation that the environment did not survive: %s', (reason, end, counted) => {
  const platform = onDemand();
  take(platform, start());

  const items = platform.closeAtShutdown(reason, startMs + 3_000);

  expect(valuesOf(items)).toEqual({ 'faas.invocations': 1, ...counted });
  expect(logsOf(items)).toEqual([
    {
      signal: 'logs',
      origin: 'platform',
      source: aSource,
      type: 'platform.shutdown',
      timeMs: startMs + 3_000,
      requestId,
      attributes: {},
      level: 'ERROR',
      severity: 17,
      body: `RequestId: ${requestId} Error: the invocation ${end}`,
      traceId,
      spanId: invocationSpanId,
    },
  ]);
  expect(spansOf(items)).toMatchObject([
    { name: 'orders', spanId: invocationSpanId, endMs: startMs + 3_000, status: { code: 'error' } },
  ]);
  expect(platform.closeAtShutdown(reason, startMs + 4_000).filter(({ signal }) => signal !== 'logs')).toEqual([]);
});

it('reports a failed environment if no invocation failed', () => {
  expect(logsOf(onDemand().closeAtShutdown('failure', startMs))).toMatchObject([
    { level: 'ERROR', body: 'The environment ended: failure', requestId: undefined },
  ]);
});

it.each(['spindown', 'SandboxTerminated'])('does not count the end by %s as an error', (reason) => {
  const platform = onDemand();
  take(platform, start());

  const items = platform.closeAtShutdown(reason, startMs + 10);

  expect([valuesOf(items), logsOf(items)]).toEqual([{ 'faas.invocations': 1 }, []]);
  expect(spansOf(items)).toMatchObject([{ status: { code: 'unset' } }]);
});

it('counts a process that ran out of memory once, whichever sign comes first', () => {
  const platform = onDemand();
  take(platform, start());
  const line = {
    ...aFunctionLine('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'),
  };
  const items: Item[] = [];

  platform.notice(line, items);
  platform.notice(aFunctionLine(`RequestId: ${requestId} Error: Runtime exited with error: signal: killed`), items);
  items.push(...take(platform, report({ status: 'error', errorType: 'Runtime.ExitError' }, { maxMemoryUsedMB: 128 })));

  expect(items.filter((item) => item.signal === 'metrics' && item.name === 'aws.lambda.out_of_memory')).toHaveLength(1);
  expect(line).toMatchObject({ level: 'FATAL', severity: 21 });
});

it.each<[string, object, object]>([
  [
    'full memory and a runtime that exits',
    { status: 'error', errorType: 'Runtime.ExitError' },
    { maxMemoryUsedMB: 128 },
  ],
  ['the error type', { status: 'error', errorType: 'Runtime.OutOfMemory' }, {}],
])('finds in the report that memory ran out: by %s', (_sign, fields, metrics) => {
  const platform = onDemand();

  expect(valuesOf(take(platform, start(), report(fields, metrics)))).toMatchObject({ 'aws.lambda.out_of_memory': 1 });
});

it('does not count full memory alone as an error', () => {
  expect(valuesOf(take(onDemand(), start(), report({}, { maxMemoryUsedMB: 128 })))).not.toHaveProperty(
    'aws.lambda.out_of_memory',
  );
});

it('counts what Lambda dropped, and warns', () => {
  const record = { droppedBytes: 12_345, droppedRecords: 123, reason: 'Consumer seems to have fallen behind.' };

  const items = take(onDemand(), { time: at(0), type: 'platform.logsDropped', record });

  expect(valuesOf(items)).toEqual({
    'aws.lambda.telemetry.dropped_records': 123,
    'aws.lambda.telemetry.dropped_bytes': 12_345,
  });
  expect(logsOf(items)).toMatchObject([
    { level: 'WARN', body: 'LOGS_DROPPED\tRecords: 123\tBytes: 12345\tReason: Consumer seems to have fallen behind.' },
  ]);
});

it.each<[string, unknown, unknown, string]>([
  [
    'platform.extension',
    { name: 'a', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] },
    'EXTENSION\tName: a\tState: Ready\tEvents: [INVOKE,SHUTDOWN]',
    'INFO',
  ],
  [
    'platform.extension',
    { name: 'a', state: 'InitError', events: [], errorType: 'Extension.Crash' },
    'EXTENSION\tName: a\tState: InitError\tEvents: []\tError Type: Extension.Crash',
    'ERROR',
  ],
  [
    'platform.telemetrySubscription',
    { name: 'a', state: 'Subscribed', types: ['platform'] },
    'TELEMETRY\tName: a\tState: Subscribed\tTypes: [platform]',
    'INFO',
  ],
  [
    'platform.initRuntimeDone',
    { initializationType: 'on-demand', phase: 'init', status: 'success' },
    'INIT_RUNTIME_DONE Phase: init\tStatus: success',
    'INFO',
  ],
  ['platform.fault', 'RequestId: 1 Process exited', 'RequestId: 1 Process exited', 'ERROR'],
  ['platform.somethingNew', { a: [1] }, { a: [1] }, 'INFO'],
  ['platform.report', 'REPORT RequestId: 1', 'REPORT RequestId: 1', 'INFO'],
  ['platform.start', null, null, 'INFO'],
])('keeps %s as a line', (type, record, body, level) => {
  expect(take(onDemand(), { time: at(0), type, record })).toMatchObject([{ signal: 'logs', type, body, level }]);
});

it('makes a new trace if Lambda’s header cannot be read', () => {
  const platform = onDemand();
  const bare = { time: at(0), type: 'platform.start', record: { requestId } };

  const items = take(platform, bare, { ...runtimeDone(), record: { requestId, status: 'success' } });

  expect(spansOf(items)).toMatchObject([
    {
      traceId: aTraceId,
      spanId: anId,
      parentSpanId: undefined,
      otlp: { flags: 1 },
    },
  ]);
});

it('gives spans the same ids when it reads the same records again, and different ids to different spans', () => {
  const bare = { time: at(0), type: 'platform.start', record: { requestId } };
  const done = { ...runtimeDone(), record: { ...runtimeDone().record, tracing: undefined } };
  const records = [initStart(), initReport(), bare, done, report({ tracing: undefined })];
  const idsOf = (items: Item[]) => spansOf(items).map(({ traceId, spanId }) => [traceId, spanId]);

  const [once, again] = [take(onDemand(), ...records), take(onDemand(), ...records)];

  expect(idsOf(again)).toEqual(idsOf(once));
  expect(new Set(idsOf(once).map(([, spanId]) => spanId)).size).toBe(5);
});

it('continues in another process: open invocations, the cold start and the init that waits for its trace', () => {
  const [first, second, whole] = [onDemand(), onDemand(), onDemand()];
  const later = [start(), runtimeDone(), report()];
  take(first, initStart(), initReport());
  take(whole, initStart(), initReport());

  second.restore(JSON.parse(JSON.stringify(first.save())));
  const begun = take(second, later[0] as never);
  const third = onDemand();
  third.restore(JSON.parse(JSON.stringify(second.save())));
  const items = [...begun, ...take(third, ...later.slice(1))];

  expect(items).toEqual(take(whole, ...later));
});

it('reports an invocation whose start it has not seen', () => {
  const items = take(onDemand(), runtimeDone());

  expect(valuesOf(items)).toMatchObject({ 'faas.invocations': 1 });
  expect(spansOf(items)[0]).toMatchObject({ timeMs: startMs + 1, endMs: startMs + 141, traceId });
});

it('remembers a bounded number of invocations', () => {
  const platform = onDemand();
  for (let index = 0; index < 100; index++) take(platform, start(`request-${index}`));

  expect(platform.invocations.unfinished()).toHaveLength(16);
  expect(platform.invocations.get('request-83')).toBeUndefined();
  expect(platform.invocations.ofTrace(traceId)?.requestId).toBe('request-99');
});

function onDemand(options: Partial<PlatformEventsOptions> = {}): PlatformEvents {
  return platformEvents({
    source: aSource,
    functionName: 'orders',
    architecture: 'x64',
    isManagedInstances: false,
    ...options,
  });
}

function take(platform: PlatformEvents, ...records: { time: string; type: string; record: unknown }[]): Item[] {
  const items: Item[] = [];
  for (const { time, type, record } of records) platform.take(type, record, Date.parse(time), items);
  return items;
}

function aFunctionLine(body: string) {
  return {
    signal: 'logs' as const,
    origin: 'function' as const,
    source: aSource,
    type: 'function',
    timeMs: startMs + 50,
    attributes: {},
    severity: 0,
    body,
    level: undefined as string | undefined,
  };
}
