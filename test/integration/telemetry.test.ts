import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { LOGS_LINES, startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { answerJson, aSecret, startAwsServer } from '../support/servers/aws-server.ts';
import { freePort } from '../support/servers/free-port.ts';
import { startTelemetryVendor, type TelemetryVendor } from '../support/servers/telemetry-vendor.ts';
import { otlpJsonFormat } from '../support/servers/vendor-formats.ts';

const to = (vendor: TelemetryVendor, more: Record<string, string> = {}) => ({
  TELEMETRY_DESTINATIONS: 'http',
  TELEMETRY_HTTP_URL: vendor.url,
  TELEMETRY_FLUSH: 'end',
  ...more,
});

const INIT_TYPES = ['on-demand', 'provisioned-concurrency', 'lambda-managed-instances'] as const;

describe('without a destination there is', () => {
  it('no listener, no subscription and no Node process', async () => {
    await using lambda = await startTelemetryLambda(LOGS_LINES, {});

    await lambda.invoke({ lines: ['a line'] });
    lambda.emulator.thaw();

    expect(lambda.hostPid()).toBeUndefined();
    expect(await Promise.all([isOpen(lambda.telemetryPort), isOpen(lambda.otlpPort)])).toEqual([false, false]);
    expect(lambda.emulator.timeline.filter(({ name }) => name === 'subscribe')).toEqual([]);
  });
});

describe('of Lambda’s records come', () => {
  it('those of the types that TELEMETRY_TYPES names, and no others are asked for', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_TYPES: 'function' }));
    await lambda.warmUp();

    await lambda.invoke({ lines: ['a line'] });
    await lambda.emulator.shutdown();

    expect(new Set(vendor.records().map(({ type }) => type))).toEqual(new Set(['function']));
    expect(vendor.lines()).toEqual(['a line']);
    const subscription = lambda.emulator.telemetry.records.find(
      ({ type }) => type === 'platform.telemetrySubscription',
    );
    expect(subscription?.record).toMatchObject({ types: ['function'] });
  });

  it('by themselves a trace and metrics of each invocation, with no code in the function', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();

    const { requestId } = await lambda.invoke({ lines: ['a line'] });
    await lambda.emulator.shutdown();

    const [line] = vendor.records().filter(({ message }) => message === 'a line');
    const [span] = spansOf(vendor).filter(({ name }) => name === 'function');
    expect(line).toMatchObject({ requestId, level: 'INFO', traceId: span?.traceId, spanId: span?.spanId });
    expect(span).toMatchObject({ requestId, status: 'ok', attributes: { 'faas.coldstart': true } });
    const metrics = vendor.records().flatMap(({ signal, name }) => (signal === 'metric' ? [name] : []));
    expect(metrics).toEqual(
      expect.arrayContaining(['faas.invocations', 'faas.coldstarts', 'aws.lambda.billed_duration']),
    );
  });
});

describe('a line in the embedded metric format', () => {
  it('stays a line where no destination takes metrics', async () => {
    const bodies: string[] = [];
    const keep = (_response: unknown, _request: unknown, _count: number, body: string) => void bodies.push(body);
    await using vendor = await startTelemetryVendor(keep, { format: otlpJsonFormat });
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'otlp',
      TELEMETRY_OTLP_LOGS_ENDPOINT: `${vendor.url}/v1/logs`,
      TELEMETRY_OTLP_PROTOCOL: 'http/json',
    });
    await lambda.warmUp();
    const CloudWatchMetrics = [{ Namespace: 'shop', Dimensions: [[]], Metrics: [{ Name: 'orders', Unit: 'Count' }] }];
    const line = { _aws: { Timestamp: Date.now(), CloudWatchMetrics }, orders: 1 };

    await lambda.invoke({ lines: [JSON.stringify(line)] });
    await lambda.emulator.shutdown();

    expect(bodies.join('\n').match(/{"key":"orders","value":{"intValue":"?1"?}}/g)).toHaveLength(1);
  });
});

describe('with TELEMETRY_FLUSH', () => {
  it('end, all lines of an invocation are at the vendor before the next one begins', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();

    const arrived: number[] = [];
    for (const count of [1, 2, 3, 4, 5]) {
      await lambda.invoke({ lines: [`${count} a`, `${count} b`] });
      arrived.push(vendor.lines().length);
    }

    expect(arrived).toEqual([2, 4, 6, 8, 10]);
  });

  it('periodic, they leave during the next invocation that is due, which waits until they have left', async () => {
    const release = Promise.withResolvers<void>();
    await using vendor = await startTelemetryVendor(() => release.promise);
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_FLUSH: 'periodic,60000' }), {
      isClockMovable: true,
      // Awake, so that Lambda delivers before the next invocation.
      freeze: false,
    });
    await lambda.warmUp();

    const first = await lambda.invoke({ lines: ['kept'] });
    while (!(await lambda.metrics()).telemetry.details.http?.received) await lambda.emulator.untilPhase('idle');
    const requestsBefore = vendor.requests;
    lambda.moveClock(61_000);
    const request = vendor.nextRequest();
    const second = lambda.invoke({ lines: ['beside'] });
    await request;
    await lambda.emulator.telemetry.waitFor(
      ({ type, record }) =>
        type === 'platform.runtimeDone' && (record as { requestId: string }).requestId !== first.requestId,
    );
    const phase = lambda.emulator.phase;
    release.resolve();
    await second;

    expect([requestsBefore, phase]).toEqual([0, 'invoke']);
    expect(vendor.lines()).toContain('kept');
  });

  it('continuous, they leave during the next invocation that is due, which does not wait', async () => {
    const release = Promise.withResolvers<void>();
    await using vendor = await startTelemetryVendor(() => release.promise);
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_FLUSH: 'continuous,0' }));
    await lambda.warmUp();

    for (const line of ['1', '2', '3']) await lambda.invoke({ lines: [line] });
    const [arrived, added] = [vendor.lines().length, lambda.addedMs()];
    release.resolve();
    await lambda.emulator.shutdown();

    expect(arrived).toBe(0);
    expect(Math.max(...added)).toBeLessThan(FLUSH_BOUND_MS);
    expect(vendor.lines()).toEqual(['1', '2', '3']);
  });

  it('periodic, lines of an invocation that lasts leave before its end', async () => {
    await using vendor = await startTelemetryVendor();
    const code = `export async function handler() {
      for (let line = 0; line < 30; line++) {
        console.log('line ' + line);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }`;
    await using lambda = await startTelemetryLambda(code, to(vendor, { TELEMETRY_FLUSH: 'periodic,1000' }));
    await lambda.warmUp();

    const invocation = lambda.invoke();
    await vendor.until(({ message }) => message === 'line 0');
    const { phase } = lambda.emulator;
    await invocation;

    expect(phase).toBe('invoke');
  });

  it('adaptive, invocations in quick succession no longer wait once their rhythm is known', async () => {
    const release = Promise.withResolvers<void>();
    let isSlow = false;
    await using vendor = await startTelemetryVendor(() => (isSlow ? release.promise : undefined));
    await using lambda = await startTelemetryLambda(
      LOGS_LINES,
      to(vendor, { TELEMETRY_FLUSH: 'adaptive', TELEMETRY_ADAPTIVE_INTERVAL_MS: '0' }),
    );
    await lambda.warmUp();
    const lines = Array.from({ length: 25 }, (_, index) => `line ${index}`);

    const arrived: number[] = [];
    for (const [index, line] of lines.entries()) {
      isSlow = index >= 19;
      await lambda.invoke({ lines: [line] });
      arrived.push(vendor.lines().length);
    }
    const added = lambda.addedMs();
    release.resolve();
    await lambda.emulator.shutdown();

    expect(arrived.slice(0, 19)).toEqual(Array.from({ length: 19 }, (_, index) => index + 1));
    expect(Math.max(...added.slice(19))).toBeLessThan(FLUSH_BOUND_MS);
    expect(vendor.lines()).toEqual(lines);
  });
});

describe('a secret', () => {
  it('that the function has read through the extension reaches no destination, however it is logged', async () => {
    await using aws = await startAwsServer((_call, response) =>
      answerJson(response, 200, aSecret({ SecretString: '{"password":"correct-horse-battery"}' })),
    );
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      `export async function handler() {
        const answer = await fetch(
          'http://localhost:' + process.env.PARAMETERS_SECRETS_EXTENSION_HTTP_PORT + '/secretsmanager/get?secretId=prod/db',
          { headers: { 'X-Aws-Parameters-Secrets-Token': process.env.AWS_SESSION_TOKEN } },
        );
        const { SecretString } = await answer.json();
        const { password } = JSON.parse(SecretString);
        console.log('logged in as root:' + password);
        console.log(JSON.stringify({ message: 'connecting', url: 'postgres://root:' + password + '@db/' }));
        console.error(new Error('cannot log in with ' + password));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`,
      to(vendor, { AWS_ENDPOINT_URL: aws.url }),
    );

    await lambda.invoke();
    await lambda.emulator.shutdown();

    expect(vendor.lines().slice(0, 2)).toEqual(['logged in as root:[redacted]', 'connecting']);
    expect(vendor.lines()[2]).toContain('cannot log in with [redacted]');
    expect(JSON.stringify(vendor.records())).not.toContain('correct-horse-battery');
  });

  it('that belongs to the function’s own credentials reaches no destination', async () => {
    const [secret, token] = ['s3cr3t'.repeat(7), 't0ken/+'.repeat(40)];
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      `export async function handler() {
        console.log('key ' + process.env.AWS_SECRET_ACCESS_KEY + ', token ' + process.env.AWS_SESSION_TOKEN);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }`,
      to(vendor, { AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token }),
    );

    await lambda.invoke();
    await lambda.emulator.shutdown();

    expect(vendor.lines()).toEqual(['key [redacted], token [redacted]']);
  });
});

describe('at SHUTDOWN', () => {
  it.for(INIT_TYPES)(
    'what is left arrives, and with it the report of the last invocation, in %s',
    async (initializationType) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_FLUSH: 'periodic,60000' }), {
        initializationType,
      });
      await lambda.warmUp();

      await lambda.invoke({ lines: ['first'] });
      const { requestId } = await lambda.invoke({ lines: ['last'] });
      const before = vendor.requests;
      await lambda.emulator.shutdown();

      expect(before).toBe(0);
      expect(vendor.lines()).toEqual(['first', 'last']);
      const reports = vendor.records().filter(({ signal, type }) => signal === 'log' && type === 'platform.report');
      expect(reports).toHaveLength(2);
      expect(reports[1]).toMatchObject({ requestId });
      expect(lambda.said()).toEqual([]);
    },
  );

  it('everything arrives from an environment that ends before the host is ready for its only invocation', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor), { modules: ['slow-start.cjs'] });

    await lambda.invoke({ lines: ['the only line'] });
    await lambda.emulator.shutdown();

    expect(vendor.lines()).toEqual(['the only line']);
    expect(spansOf(vendor).map(({ name }) => name)).toContain('function');
  });

  it.for([
    ['another server', (url: string) => ({ type: 'http', url }), /^\/$/],
    ['S3', () => ({ type: 's3', bucket: 'archive' }), /^\/archive\/telemetry\/function\/.*\.json\.gz$/],
  ] as const)('what a dead destination did not take goes to the fail-over, %s', async ([_case, archive, path]) => {
    await using failover = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_CONFIG: JSON.stringify({
        destinations: {
          dead: { type: 'http', url: `http://127.0.0.1:${await freePort()}` },
          archive: archive(failover.url),
        },
        failover: 'archive',
      }),
      TELEMETRY_FLUSH: 'end',
      AWS_ENDPOINT_URL: failover.url,
    });
    await lambda.warmUp();

    for (const line of ['1', '2', '3']) await lambda.invoke({ lines: [line] });
    const before = failover.requests;
    await lambda.emulator.shutdown();

    expect(before).toBe(0);
    expect(failover.lines()).toEqual(['1', '2', '3']);
    expect(failover.accepted.map((delivery) => delivery.path)).toEqual([expect.stringMatching(path)]);
    expect(lambda.said()).toEqual([expect.stringContaining('Cannot deliver to dead')]);
  });

  it('the number of records lost with a dead destination is logged once', async () => {
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'http',
      TELEMETRY_HTTP_URL: `http://127.0.0.1:${await freePort()}`,
      TELEMETRY_FLUSH: 'end',
    });
    await lambda.warmUp();

    await lambda.invoke({ lines: ['a line'] });
    await lambda.emulator.shutdown();

    expect(lambda.said().slice(1)).toEqual([expect.stringMatching(lostFor('http'))]);
  });

  it.for([
    ['without a fail-over', undefined, ['hangs']],
    ['with a fail-over that does, too', 'archive', ['hangs', 'archive']],
  ] as const)('so does one that never answers, %s', async ([_case, failover, down]) => {
    await using vendor = await startTelemetryVendor(() => true);
    const destinations = { hangs: { type: 'http', url: vendor.url }, archive: { type: 'http', url: vendor.url } };
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_CONFIG: JSON.stringify({ destinations, failover, routes: [{ to: 'hangs' }] }),
      TELEMETRY_FLUSH: 'periodic,60000',
    });
    await lambda.warmUp();

    await lambda.invoke({ lines: ['a line'] });
    await lambda.emulator.shutdown();

    expect(lambda.said()).toEqual([
      ...down.map((name) =>
        expect.stringMatching(`WARN .telemetry. Cannot deliver to ${name}: .* there was no answer in time`),
      ),
      expect.stringMatching(lostFor(down.at(-1) ?? '')),
    ]);
  });
});

function lostFor(destination: string): string {
  return `^ERROR .telemetry. Lost \\d+ records for ${destination} because the environment ended before it took them\\.`;
}

describe('an OpenTelemetry SDK in the function', () => {
  it.for(INIT_TYPES)(
    'sends us spans, which are children of the invocation, logs and metrics, in %s',
    async (initializationType) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION_WITH_SDK, to(vendor), {
        initializationType,
        concurrency: 1,
      });
      await lambda.warmUp();

      const { requestId, payload } = await lambda.invoke();
      await lambda.emulator.shutdown();

      expect(payload).toBe('"ok"');
      const [invocation] = spansOf(vendor).filter(({ name }) => name === 'function');
      const [work] = spansOf(vendor).filter(({ name }) => name === 'work');
      const [query] = spansOf(vendor).filter(({ name }) => name === 'query');
      expect(work).toMatchObject({ traceId: invocation?.traceId, parentSpanId: invocation?.spanId, requestId });
      expect(query).toMatchObject({ traceId: invocation?.traceId, parentSpanId: work?.spanId, requestId });
      const byOtlp = vendor.records().filter(({ type }) => type === 'otlp');
      expect(byOtlp.find(({ signal }) => signal === 'log')).toMatchObject({
        message: 'by the SDK',
        level: 'WARN',
        traceId: work?.traceId,
        spanId: work?.spanId,
      });
      expect(byOtlp.find(({ signal }) => signal === 'metric')).toMatchObject({ name: 'orders', value: 3 });
    },
  );
});

describe('the port for OTLP', () => {
  it('is left to others with TELEMETRY_OTLP_RECEIVER=false', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_OTLP_RECEIVER: 'false' }));
    await lambda.warmUp();

    lambda.emulator.thaw();

    expect(await Promise.all([isOpen(lambda.telemetryPort), isOpen(lambda.otlpPort)])).toEqual([true, false]);
  });
});

const FLUSH_BOUND_MS = 3_000;
const require = createRequire(import.meta.url);
const sdk = (name: string) => JSON.stringify(require.resolve(`@opentelemetry/${name}`));

const FUNCTION_WITH_SDK = `
import { createRequire } from 'node:module';
const require = createRequire('/');
const { context, ROOT_CONTEXT, TraceFlags, trace } = require(${sdk('api')});
const { BasicTracerProvider, SimpleSpanProcessor } = require(${sdk('sdk-trace-base')});
const { LoggerProvider, SimpleLogRecordProcessor } = require(${sdk('sdk-logs')});
const { MeterProvider, PeriodicExportingMetricReader } = require(${sdk('sdk-metrics')});
const { OTLPTraceExporter } = require(${sdk('exporter-trace-otlp-proto')});
const { OTLPLogExporter } = require(${sdk('exporter-logs-otlp-http')});
const { OTLPMetricExporter } = require(${sdk('exporter-metrics-otlp-proto')});

process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:' + process.env.TELEMETRY_OTLP_PORT;
const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter())] });
const logging = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: new OTLPLogExporter() })] });
const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis: 1e6 });
const metering = new MeterProvider({ readers: [reader] });

export async function handler(_event, { xRayTraceId }) {
  // On managed instances only Lambda's records report the invocation.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const [, root, parent] = /Root=1-([0-9a-f-]+);Parent=([0-9a-f]+)/.exec(xRayTraceId);
  const remote = { traceId: root.replace('-', ''), spanId: parent, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  const tracer = tracing.getTracer('function');
  const work = tracer.startSpan('work', {}, trace.setSpanContext(ROOT_CONTEXT, remote));
  const inWork = trace.setSpan(ROOT_CONTEXT, work);
  tracer.startSpan('query', {}, inWork).end();
  logging.getLogger('function').emit({ body: 'by the SDK', severityNumber: 13, severityText: 'WARN', context: inWork });
  metering.getMeter('function').createCounter('orders').add(3);
  work.end();
  await Promise.all([tracing.forceFlush(), logging.forceFlush(), metering.forceFlush()]);
  return 'ok';
}`;

function spansOf(vendor: TelemetryVendor) {
  return vendor.records().filter(({ signal }) => signal === 'span');
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('close', () => socket.destroy()).on('connect', () => socket.destroy());
  });
}
