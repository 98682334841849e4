import { describe, expect, it } from 'vitest';
import { startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { startTelemetryVendor, type TelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const to = (url: string) => ({
  TELEMETRY_DESTINATIONS: 'http',
  TELEMETRY_HTTP_URL: url,
  TELEMETRY_FLUSH: 'end',
});

/** Logs what it is told to, and then does the worst. */
const FUNCTION = `export async function handler({ lines = [], end }) {
  for (const line of lines) console.log(line);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const error = new RangeError('too far');
  if (end === 'throw') throw error;
  if (end === 'recover') console.error(error);
  if (end === 'crash') setTimeout(() => { throw error; });
  if (end === 'hang' || end === 'crash') await new Promise((resolve) => setTimeout(resolve, 1_000_000));
  const hog = [];
  while (end === 'eat') hog.push(Array.from({ length: 10_000 }, (_, index) => 'crumb ' + index));
  return 'ok';
}`;

const INIT_TYPES = ['on-demand', 'provisioned-concurrency', 'lambda-managed-instances'] as const;

describe('an invocation that', () => {
  it.for(INIT_TYPES)(
    'is killed: its lines arrive, its span has failed, and the next environment works, in %s',
    async (initializationType) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), { initializationType });
      await lambda.warmUp();

      const killed = lambda.emulator.invoke({ lines: ['before'], end: 'hang' });
      await lambda.emulator.untilLine(({ text }) => text.includes('before'));
      lambda.emulator.kill('runtime');
      const { requestId, functionError } = await killed;
      await lambda.emulator.untilPhase('cold');
      const next = await lambda.invoke({ lines: ['after'] });
      await lambda.emulator.shutdown();

      expect([functionError, next.payload]).toEqual(['Unhandled', '"ok"']);
      expect(vendor.lines()).toEqual(['before', 'after']);
      expect(toldOf(vendor, requestId)).toEqual({
        span: { status: 'error', errorType: 'Runtime.ExitError' },
        lines: expect.arrayContaining([expect.stringMatching(/Status: error\tError Type: Runtime.ExitError$/)]),
      });
      expect(sumOf(vendor, 'faas.errors')).toBe(1);
      expect(sumOf(vendor, 'faas.invocations')).toBe(2);
    },
  );

  it.for(INIT_TYPES)(
    'times out: its lines arrive, its span has failed, and it counts as a time-out, in %s',
    async (initializationType) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), {
        initializationType,
        timeoutMs: 1_000,
      });
      await lambda.warmUp();

      const { requestId } = await lambda.emulator.invoke({ lines: ['before'], end: 'hang' });
      // On managed instances other invocations go on beside it.
      if (initializationType === 'lambda-managed-instances') await lambda.emulator.shutdown();
      else await lambda.emulator.untilPhase('cold');

      expect(vendor.lines()).toEqual(['before']);
      expect(toldOf(vendor, requestId).span).toEqual({ status: 'error', errorType: undefined });
      expect(sumOf(vendor, 'faas.timeouts')).toBe(1);
      expect(sumOf(vendor, 'faas.invocations')).toBe(1);
    },
  );

  // On managed instances that ends one thread of the runtime, as on AWS's client.
  it.for(['on-demand', 'provisioned-concurrency'] as const)(
    'needs more memory than there is: the last words of Node.js arrive, and it counts as out of memory, in %s',
    async (initializationType) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), { initializationType });
      await lambda.warmUp();

      const { requestId } = await lambda.emulator.invoke({ lines: ['before'], end: 'eat' });
      await lambda.emulator.untilPhase('cold');

      expect(vendor.lines()).toEqual(
        expect.arrayContaining(['before', expect.stringContaining('JavaScript heap out of memory')]),
      );
      expect(toldOf(vendor, requestId).span).toEqual({ status: 'error', errorType: 'Runtime.ExitError' });
      expect(sumOf(vendor, 'aws.lambda.out_of_memory')).toBe(1);
      expect(sumOf(vendor, 'faas.errors')).toBe(1);
    },
  );
});

describe('an error that the handler', () => {
  const CASES = [
    ['on-demand', 'Text'],
    ['on-demand', 'JSON'],
    ['lambda-managed-instances', 'JSON'],
  ] as const;

  it.for(CASES)(
    'throws fails the span and counts once, and none that it recovers from, in %s with logs as %s',
    async ([initializationType, logFormat]) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), { initializationType, logFormat });
      await lambda.warmUp();

      const thrown = await lambda.invoke({ end: 'throw' });
      const recovered = await lambda.invoke({ end: 'recover' });
      await lambda.emulator.shutdown();

      expect([thrown.functionError, recovered.functionError]).toEqual(['Unhandled', undefined]);
      // On managed instances it is Lambda that says so, and the line may come after it.
      const errorType = initializationType === 'on-demand' ? 'RangeError' : expect.any(String);
      expect(toldOf(vendor, thrown.requestId).span).toEqual({ status: 'error', errorType });
      expect(toldOf(vendor, recovered.requestId).span).toEqual({ status: 'ok', errorType: undefined });
      expect(sumOf(vendor, 'faas.errors')).toBe(1);
      expect(sumOf(vendor, 'faas.invocations')).toBe(2);
      const logged = vendor.records().filter(({ type, level }) => type === 'function' && level === 'ERROR');
      expect(logged.map(({ requestId }) => requestId)).toEqual([thrown.requestId, recovered.requestId]);
    },
  );

  it.for(CASES.filter(([type]) => type === 'on-demand'))(
    'leaves uncaught counts once, in %s with logs as %s',
    async ([initializationType, logFormat]) => {
      await using vendor = await startTelemetryVendor();
      await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), { initializationType, logFormat });
      await lambda.warmUp();

      const { requestId } = await lambda.emulator.invoke({ end: 'crash' });
      await lambda.emulator.untilPhase('cold');

      expect(toldOf(vendor, requestId).span.status).toBe('error');
      expect(sumOf(vendor, 'faas.errors')).toBe(1);
    },
  );

  it('leaves uncaught on a managed instance ends one thread: the invocation times out, and others go on', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url), {
      initializationType: 'lambda-managed-instances',
      timeoutMs: 1_000,
    });
    await lambda.warmUp();

    const { requestId } = await lambda.emulator.invoke({ end: 'crash' });
    const next = await lambda.invoke({ lines: ['after'] });
    await lambda.emulator.shutdown();

    expect(next.payload).toBe('"ok"');
    expect(toldOf(vendor, requestId).span.status).toBe('error');
    expect(sumOf(vendor, 'faas.timeouts')).toBe(1);
  });
});

describe('when the extension’s own process is killed', () => {
  it('in the middle of a batch, the next one sends every record, and the function is unaffected', async () => {
    let isUp = false;
    await using vendor = await startTelemetryVendor(() => !isUp);
    await using lambda = await startTelemetryLambda(FUNCTION, to(vendor.url));
    await lambda.warmUp();

    const request = vendor.nextRequest();
    const first = lambda.invoke({ lines: ['killed 1', 'killed 2'] });
    await request;
    process.kill(lambda.hostPid() ?? Number.NaN, 'SIGKILL');
    const results = [await first];
    isUp = true;
    for (const line of ['later 1', 'later 2']) results.push(await lambda.invoke({ lines: [line] }));
    await lambda.warmUp();
    await lambda.emulator.shutdown();

    expect(results.map(({ payload }) => payload)).toEqual(['"ok"', '"ok"', '"ok"']);
    expect(vendor.lines()).toEqual(['killed 1', 'killed 2', 'later 1', 'later 2']);
    expect(lambda.said()).toEqual([
      expect.stringMatching(/^ERROR \[supervisor\] The host was terminated by signal 9\./),
    ]);
    expect(lambda.said().join()).not.toContain('lost');
    for (const { requestId } of results) {
      const ofIt = vendor.records().filter((record) => record.requestId === requestId);
      expect(new Set(ofIt.map(({ traceId }) => traceId).filter(Boolean)).size).toBe(1);
      expect(ofIt.filter(({ signal, name }) => signal === 'span' && name === 'function')).toHaveLength(1);
    }
    expect(sumOf(vendor, 'faas.invocations')).toBe(3);
  });
});

/** The span of an invocation, and what the platform said about it. */
function toldOf(vendor: TelemetryVendor, requestId: string) {
  const about = vendor.records().filter((record) => record.requestId === requestId);
  const [span, ...more] = about.filter(({ signal, name }) => signal === 'span' && name === 'function');
  expect(more).toEqual([]);
  return {
    span: { status: span?.status, errorType: (span?.attributes as Record<string, unknown>)?.['error.type'] },
    lines: about.flatMap(({ signal, type, message }) => (signal === 'log' && type !== 'function' ? [message] : [])),
  };
}

function sumOf(vendor: TelemetryVendor, metric: string): number {
  const values = vendor.records().flatMap(({ name, value }) => (name === metric ? [Number(value)] : []));
  return values.reduce((sum, value) => sum + value, 0);
}
