import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '../invocations/invocation.ts';
import type { Usage } from '../measure/usage.ts';
import { embeddedMetricLine } from '../publish/embedded-metrics.ts';
import { type Interval, managedInstanceDocument } from './managed-instance.ts';
import { onDemandDocument } from './on-demand.ts';

const recorded = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/insights/${file}`, import.meta.url), 'utf8'));
const MEGABYTE = 1024 * 1024;

const usage: Usage = {
  userMs: 6_640,
  systemMs: 50,
  rxBytes: 6_911,
  txBytes: 4_434,
  tmpMaxBytes: 551_346_176,
  tmpFreeBytes: 538_329_088,
  threads: 11,
  fds: 416,
  fdLimit: 32_642,
  memoryBytes: 70 * MEGABYTE,
  agentMemory: { averageBytes: 9.8 * MEGABYTE, maxBytes: 10.3 * MEGABYTE },
};
const invocation: Invocation = {
  requestId: '12345678-8bcc-42f7-b1de-123456789012',
  traceId: '1-5faae118-12345678901234567890',
  isColdStart: true,
  initializationType: 'on-demand',
  usage,
  status: 'timeout',
  endedAtMs: 1_605_034_324_256,
  report: {
    durationMs: 45_190.62,
    billedDurationMs: 45_200,
    memorySizeMB: 256,
    maxMemoryUsedMB: 63,
    initDurationMs: 130.4,
  },
};
const identity = {
  functionName: 'cpu-intensive',
  functionVersion: 'Blue',
  agentVersion: '1.0.72.0',
  memoryMb: 256,
  architecture: 'x64',
} as const;
/** Cgroups count microseconds, so the sum is not that of the rounded times. */
const interval: Interval = {
  startMs: 1_764_164_811_353,
  endMs: 1_764_164_871_353,
  isFirst: false,
  usage: {
    userMs: 273.4,
    systemMs: 541.3,
    rxBytes: 8_039,
    txBytes: 8_404,
    tmpMaxBytes: 543_477_760,
    tmpFreeBytes: 531_492_864,
    threads: 49,
    fds: 85,
    fdLimit: 1_024,
    memoryBytes: 73.4 * MEGABYTE,
    agentMemory: { averageBytes: 5.8 * MEGABYTE, maxBytes: 6.3 * MEGABYTE },
  },
  cpuPercent: 1.36,
  cpuMaxPercent: 2.97,
  memoryAverageBytes: 72.1 * MEGABYTE,
};
const instance = { ...identity, functionVersion: '3', agentVersion: '1.0.660.0', memoryMb: 2_048 };

describe('the event of an invocation', () => {
  it('is AWS’s, field by field; ours are in one more', () => {
    const { extended, ...document } = onDemandDocument(invocation, identity);

    expect(document).toEqual(recorded('on-demand.json'));
    expect(extended).toEqual({
      architecture: 'x64',
      initialization_type: 'on-demand',
      estimated_usd: expect.closeTo(0.0001885, 6),
    });
  });

  it('has neither time-out nor shutdown nor init_duration where there was none', () => {
    const document = onDemandDocument({ ...invocation, status: 'success', isColdStart: false }, identity);

    expect(document).toMatchObject({ cold_start: false });
    for (const field of ['timeout', 'shutdown', 'shutdown_reason', 'init_duration'])
      expect(document).not.toHaveProperty(field);
    expect(JSON.stringify(document._aws.CloudWatchMetrics)).not.toContain('init_duration');
  });

  it('of an error that the function answered says nothing of a shutdown', () => {
    const document = onDemandDocument({ ...invocation, status: 'error', errorType: 'Function.TypeError' }, identity);

    expect(document).not.toHaveProperty('shutdown');
  });

  it.each([
    ['provisioned-concurrency', undefined],
    ['snap-start', undefined],
    ['on-demand', 130],
  ])('of %s has the init_duration %s', (initializationType, init_duration) => {
    const init = { isInInvocation: false, durationMs: 130 };

    expect(onDemandDocument({ ...invocation, initializationType, init }, identity).init_duration).toBe(init_duration);
  });

  it.each([
    ['a crash', { status: 'error', errorType: 'Runtime.ExitError' }, { shutdown_reason: 'Failure', shutdown: true }],
    ['a failure of Lambda', { status: 'failure', errorType: 'Sandbox.Failure' }, { shutdown_reason: 'Failure' }],
    ['an environment that failed', { status: undefined, endedBy: 'failure' as const }, { shutdown_reason: 'Failure' }],
    [
      'a time-out that only SHUTDOWN tells',
      { status: undefined, endedBy: 'timeout' as const },
      { timeout: true, shutdown_reason: 'Timeout' },
    ],
    [
      'a time-out that only the type of the error tells',
      { status: 'error', errorType: 'Sandbox.Timedout' },
      { timeout: true, shutdown: true, shutdown_reason: 'Timeout' },
    ],
  ])('of %s says why', (_case, outcome, fields) => {
    expect(onDemandDocument({ ...invocation, ...outcome }, identity)).toMatchObject(fields);
  });

  it.each([
    ['Lambda says so', 'Runtime.OutOfMemory', 63],
    ['the process ended with all memory used', 'Runtime.ExitError', 256],
  ])('says that memory ran out where %s', (_case, errorType, maxMemoryUsedMB) => {
    const report = { ...invocation.report, maxMemoryUsedMB };

    const { extended } = onDemandDocument({ ...invocation, status: 'failure', errorType, report }, identity);

    expect(extended).toMatchObject({ out_of_memory: true, error_type: errorType });
  });

  it('without a report has what is known: no bill, the sampled memory, the time of the runtime', () => {
    const { report: _report, ...unreported } = invocation;

    const document = onDemandDocument({ ...unreported, runtimeMs: 44.6 }, identity);

    expect(document).toMatchObject({
      duration: 45,
      used_memory_max: 70,
      total_memory: 256,
      memory_utilization: 27,
      extended: { is_reported: false },
    });
    for (const field of ['billed_duration', 'billed_mb_ms']) expect(document).not.toHaveProperty(field);
    expect(document.extended).not.toHaveProperty('estimated_usd');
  });

  it('takes what was billed as Lambda says it, with an init', () => {
    const report = { ...invocation.report, durationMs: 1_058.15, initDurationMs: 1_307.68, billedDurationMs: 2_366 };

    expect(onDemandDocument({ ...invocation, report }, identity)).toMatchObject({
      duration: 1_058,
      init_duration: 1_308,
      billed_duration: 2_366,
      billed_mb_ms: 2_366 * 256,
    });
  });

  it('has the figures of the function’s process where the preload measured them', () => {
    const process = {
      requestId: 'a',
      eventLoopDelayMeanMs: 1.234,
      eventLoopDelayMaxMs: 80,
      eventLoopUtilization: 0.456,
      garbageCollectionMs: 3.21,
      heapUsedBytes: 20.4 * MEGABYTE,
    };

    expect(onDemandDocument({ ...invocation, process }, identity).extended).toMatchObject({
      event_loop_delay_mean: 1.23,
      event_loop_delay_max: 80,
      event_loop_utilization: 0.46,
      garbage_collection: 3.21,
      heap_used: 20,
    });
  });

  it('announces no metric whose value could not be read', () => {
    const document = onDemandDocument({ ...invocation, usage: {} }, identity);

    expect(document._aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name)).toEqual([
      'memory_utilization',
      'total_memory',
      'used_memory_max',
      'init_duration',
    ]);
    expect(document).not.toHaveProperty('cpu_total_time');
  });

  it('has the phases of a cold start, the tenant and the zone where they are known', () => {
    const init = { isInInvocation: false, runtimeMs: 300, extensionsMs: 120, restoreMs: 209.6 };

    const document = onDemandDocument(
      { ...invocation, init, tenantId: 'blue' },
      { ...identity, availabilityZone: 'use1-az1' },
    );

    expect(document.extended).toMatchObject({
      init_runtime: 300,
      init_extensions: 120,
      restore_duration: 210,
      tenant_id: 'blue',
      availability_zone: 'use1-az1',
    });
  });
});

describe('the event of an interval on a managed instance', () => {
  it('is AWS’s, field by field', () => {
    expect(managedInstanceDocument(interval, instance)).toEqual(recorded('managed-instance.json'));
  });

  it('has the zone where it is known, beside AWS’s fields', () => {
    const document = managedInstanceDocument(interval, { ...instance, availabilityZone: 'use1-az1' });

    expect(document).toEqual({ ...recorded('managed-instance.json'), extended: { availability_zone: 'use1-az1' } });
  });

  it('says of the first one that the environment began', () => {
    expect(managedInstanceDocument({ ...interval, isFirst: true }, instance).execution_environment_init).toBe(true);
  });

  it.each(['request_id', 'trace_id', 'duration', 'billed_duration', 'billed_mb_ms', 'cold_start'])(
    'has no %s',
    (field) => {
      expect(managedInstanceDocument(interval, instance)).not.toHaveProperty(field);
    },
  );
});

describe('a line in the embedded metric format', () => {
  const schema = new Validator(recorded('embedded-metric-format.schema.json'), '7');

  it.each([
    ['an invocation', onDemandDocument(invocation, identity)],
    ['an invocation of which little is known', onDemandDocument({ ...invocation, usage: {}, report: {} }, identity)],
    ['an interval', managedInstanceDocument(interval, instance)],
  ])('of %s is what CloudWatch’s schema describes', (_case, document) => {
    const line = JSON.parse(embeddedMetricLine(document, 'Orders/Insights'));

    expect(schema.validate(line)).toMatchObject({ valid: true, errors: [] });
    const [directive] = line._aws.CloudWatchMetrics;
    expect(directive.Namespace).toBe('Orders/Insights');
    for (const { Name } of directive.Metrics) expect(line[Name]).toEqual(expect.any(Number));
    for (const name of directive.Dimensions.flat()) expect(line[name]).toEqual(expect.any(String));
  });

  it('that breaks the schema would be noticed', () => {
    const line = JSON.parse(embeddedMetricLine(managedInstanceDocument(interval, instance), ''));

    expect(schema.validate(line).valid).toBe(false);
  });
});
