import { describe, expect, it } from 'vitest';
import { sketchesIn } from '../../../test/support/builders/datadog-sketches.ts';
import { exporterContext, exporterOf, metric, nowMs } from '../../../test/support/builders/exporters.ts';
import { platformEvents } from '../invocations/platform-events.ts';
import type { Item } from '../items/item.ts';
import { datadog } from './datadog.ts';
import { enhancedTags } from './datadog-enhanced.ts';

const environment = { DD_API_KEY: 'key', DD_ENV: 'prod' };
const { source, functionName } = exporterContext;
const requestId = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';

/** What Lambda's records of an invocation become at Datadog: name, value, and whether of a cold start. */
function sentOf(records: readonly (readonly [type: string, record: object])[], more: Record<string, string> = {}) {
  const items: Item[] = [];
  const platform = platformEvents({ source, functionName, isManagedInstances: false, architecture: 'arm64' });
  for (const [type, record] of records) platform.take(`platform.${type}`, record, nowMs, items);
  const metrics = items.filter(({ signal }) => signal === 'metrics');
  const requests = exporterOf(datadog, { ...environment, ...more }).encode(metrics, nowMs);
  const sketches = requests
    .filter(({ url }) => url.endsWith('/api/beta/sketches'))
    .flatMap(({ body }) => sketchesIn(body as Buffer));
  const series = requests
    .filter(({ url }) => url.endsWith('/api/v2/series'))
    .flatMap(({ body }) => (JSON.parse(String(body)).series as { metric: string }[]).map((one) => one.metric));
  return { sketches, series };
}

const start = ['start', { requestId }] as const;
const init = [
  ['initStart', { initializationType: 'on-demand' }],
  ['initReport', { initializationType: 'on-demand', metrics: { durationMs: 250 } }],
] as const;
const done = (status: string) =>
  ['runtimeDone', { requestId, status, metrics: { durationMs: 100.5, producedBytes: 20 } }] as const;
const report = (status: string, more = {}) =>
  [
    'report',
    {
      requestId,
      status,
      metrics: { durationMs: 120.5, billedDurationMs: 121, memorySizeMB: 1_024, maxMemoryUsedMB: 84 },
      spans: [{ name: 'extensionOverhead', start: '2026-01-02T03:04:05.000Z', durationMs: 20 }],
      ...more,
    },
  ] as const;

const ofReport = {
  billed_duration: 0.121,
  duration: 0.1205,
  max_memory_used: 84,
  memorysize: 1_024,
  estimated_cost: expect.closeTo(0.121 * 0.0000133334 + 0.0000002, 12),
  post_runtime_duration: 20,
};
const ofSuccess = { invocations: 1, runtime_duration: 100.5, produced_bytes: 20, ...ofReport };

describe('at Datadog, metrics of Lambda’s records have the names and units of its own extension', () => {
  it.each<[string, Parameters<typeof sentOf>[0], Record<string, unknown>]>([
    ['a warm invocation', [start, done('success'), report('success')], ofSuccess],
    ['a cold start', [...init, start, done('success'), report('success')], { init_duration: 0.25, ...ofSuccess }],
    ['an error', [start, done('error'), report('error')], { ...ofSuccess, errors: 1 }],
    ['a timeout', [start, done('timeout'), report('timeout')], { ...ofSuccess, timeouts: 1, errors: 1 }],
    [
      'a full memory',
      [start, report('failure', { errorType: 'Runtime.OutOfMemory' })],
      { invocations: 1, runtime_duration: 120.5, errors: 1, out_of_memory: 1, ...ofReport },
    ],
  ])('%s', (_what, records, expected) => {
    const { sketches } = sentOf(records);

    const values = sketches.map(({ metric, sum }) => [metric?.replace('aws.lambda.enhanced.', ''), sum]);
    expect(Object.fromEntries(values)).toEqual(expected);
    expect(sketches.every(({ cnt, min, max, sum }) => cnt === 1 && min === sum && max === sum)).toBe(true);
  });

  it('and are no series with our names', () => {
    expect(sentOf([...init, start, done('success'), report('success')]).series).toEqual(['faas.coldstarts']);
  });

  it('unless DD_ENHANCED_METRICS says no', () => {
    const { sketches, series } = sentOf([start, done('success')], { DD_ENHANCED_METRICS: 'false' });

    expect(sketches).toEqual([]);
    expect(series).toEqual(expect.arrayContaining(['faas.invocations', 'faas.invoke_duration.count']));
  });

  it('while those of others keep theirs', () => {
    const data = { kind: 'sum', value: 1, isMonotonic: true, temporality: 'delta' } as const;
    const item = metric('faas.invocations', data, { origin: 'otlp' });

    const [request] = exporterOf(datadog, environment).encode([item], nowMs);

    expect(request?.url).toMatch(/\/api\/v2\/series$/);
  });
});

describe('their tags are', () => {
  const tagsOf = (records: Parameters<typeof sentOf>[0], name: string) =>
    sentOf(records).sketches.find(({ metric }) => metric === `aws.lambda.enhanced.${name}`)?.tags;

  it('those of Datadog’s own extension, without one for the environment, so that percentiles hold for all', () => {
    expect(tagsOf([...init, start, done('success')], 'invocations')).toEqual([
      'env:prod',
      'functionname:orders',
      'region:eu-central-1',
      'service:orders',
      'cold_start:true',
      'resource:orders',
      expect.stringMatching(/^runtime:nodejs\d+\.x$/),
      expect.stringMatching(/^architecture:(x86_64|arm64)$/),
    ]);
  });

  it('with the kind of start at each invocation, and its report', () => {
    expect(tagsOf([start, done('success')], 'invocations')).toContain('cold_start:false');
    expect(tagsOf([...init, start, done('success'), report('success')], 'duration')).toContain('cold_start:true');
  });

  it('with account, version and memory, where they are known', () => {
    const item = {
      ...metric('faas.invocations', { kind: 'gauge', value: 1 }),
      source: { ...source, resource: { 'faas.max_memory': 512 * 1024 * 1024 } },
    };
    const context = {
      ...exporterContext,
      functionVersion: '7',
      functionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:orders:live',
    };

    expect(enhancedTags(item, context, { runtime: 'nodejs24.x', architecture: 'arm64' })).toEqual([
      'memorysize:512',
      'account_id:123456789012',
      'aws_account:123456789012',
      'executedversion:7',
      'resource:orders:7',
      'runtime:nodejs24.x',
      'architecture:arm64',
    ]);
  });
});
