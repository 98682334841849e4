import { createSocket } from 'node:dgram';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { aloneOptFolder, separateOptFolder } from '../support/lambda/host-process.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { LOGS_LINES, startTelemetryLambda, type TelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { pythonWith } from '../support/python-packages.ts';
import { type FlatRecord, startTelemetryVendor, type TelemetryVendor } from '../support/servers/telemetry-vendor.ts';

const to = (vendor: TelemetryVendor, more: Record<string, string> = {}) => ({
  TELEMETRY_DESTINATIONS: 'http',
  TELEMETRY_HTTP_URL: vendor.url,
  TELEMETRY_FLUSH: 'end',
  TELEMETRY_DOGSTATSD: 'true',
  ...more,
});

const CLIENTS = join(import.meta.dirname, '../fixtures/clients');
const LAUNCHER = 'extensions/lambda-node-extended';

const metricsOf = (vendor: TelemetryVendor) =>
  Object.fromEntries(
    vendor
      .records()
      .filter(({ type }) => type === 'dogstatsd')
      .map(({ name, kind, unit, value, count, sum, min, max, attributes }) => [
        name,
        JSON.parse(JSON.stringify({ kind, unit, value, count, sum, min, max, attributes })),
      ]),
  );
const distribution = (unit: string, count: number, sum: number, min: number, max: number) => ({
  kind: 'exponential-histogram',
  unit,
  count,
  sum,
  min,
  max,
});

const withoutSupervisor = {
  prepare: (folder: string) => copyFileSync(join(aloneOptFolder, LAUNCHER), join(folder, LAUNCHER)),
};

describe.each([
  ['the supervisor', {}, isSupervisorBuilt],
  ['the separate layout', { optDir: separateOptFolder }, isSupervisorBuilt],
  ['the host alone', withoutSupervisor, true],
] as const)('with %s', (_name, options, isHere) => {
  it.runIf(isHere)('what hot-shots sends arrives once, and the log says once what is not honoured', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(await bundled('dogstatsd.mjs'), to(vendor), options);
    await lambda.emulator.init();

    await lambda.invoke();
    await lambda.emulator.shutdown();

    expect(metricsOf(vendor)).toEqual({
      'shop.orders': { kind: 'sum', unit: '', value: 4, attributes: { paid: 'yes', x: 'a' } },
      'shop.queue': { kind: 'gauge', unit: '', value: 7.5, attributes: { fast: '' } },
      'shop.users': { kind: 'gauge', unit: '', value: 2 },
      'shop.query': distribution('ms', 1, 12, 12, 12),
      'shop.items': distribution('', 1, 3, 3, 3),
      'shop.value': distribution('', 2, 3, 0.5, 2.5),
    });
    expect(lambda.said().filter((line) => line.includes('DogStatsD'))).toEqual([
      expect.stringMatching(/^WARN \[telemetry\] DogStatsD: events and service checks are not sent/),
    ]);
  });
});

describe('the client of Python', async () => {
  const python = await pythonWith('datadog==0.52.1');

  it.skipIf(python === undefined)('has its metrics sent, several in a datagram', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();
    lambda.emulator.thaw();

    await execa('python3', [join(CLIENTS, 'dogstatsd.py')], {
      env: { ...python, DD_DOGSTATSD_PORT: String(lambda.dogstatsdPort) },
    });
    await lambda.invoke();
    await lambda.emulator.shutdown();

    expect(metricsOf(vendor)).toMatchObject({
      'shop.orders': { kind: 'sum', value: 2, attributes: { paid: 'yes' } },
      'shop.queue': { kind: 'gauge', value: 7 },
      'shop.users': { kind: 'gauge', value: 1 },
      'shop.query': distribution('ms', 1, 12, 12, 12),
      'shop.items': distribution('', 1, 3, 3, 3),
      'shop.value': distribution('', 2, 3, 0.5, 2.5),
    });
  });
});

describe.runIf(isSupervisorBuilt)('the port', () => {
  it('counts what comes there, and says once what is wrong', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();

    await send(lambda.dogstatsdPort, ['a:1|c\nb:2|g', 'wrong', 'wrong:x|c\na:1|c', '_e{1,1}:a|b', '_sc|db|0']);
    await lambda.invoke();
    const { telemetry } = await lambda.metrics();

    expect(telemetry.totals).toMatchObject({
      dogstatsdSamples: 3,
      dogstatsdMalformed: 2,
      dogstatsdNotHonoured: 2,
      dogstatsdDropped: 0,
    });
    expect(lambda.said().filter((line) => line.includes('DogStatsD'))).toEqual([
      expect.stringMatching(/^WARN \[telemetry\] DogStatsD: a line could not be read/),
      expect.stringMatching(/^WARN \[telemetry\] DogStatsD: events and service checks are not sent/),
    ]);
  });

  it('is open before the host runs, which a datagram starts', async () => {
    await using vendor = await startTelemetryVendor();
    // Deliveries of Lambda's records would start the host, too.
    const environment = to(vendor, { EXTENSIONS_START: 'on-demand', TELEMETRY_TYPES: 'function' });
    await using lambda = await startTelemetryLambda(LOGS_LINES, environment);
    await lambda.emulator.init();
    lambda.emulator.thaw();
    const before = lambda.hostPid();

    await send(lambda.dogstatsdPort, ['early:1|c']);
    await untilHostRuns(lambda);
    await lambda.emulator.shutdown();

    expect(before).toBeUndefined();
    expect(metricsOf(vendor)).toMatchObject({ early: { kind: 'sum', value: 1 } });
  });

  it('counts what the kernel drops while nobody reads, and says so once', async () => {
    // More than the kernel keeps even where it is set up generously.
    const count = 30_000;
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();
    lambda.emulator.freeze();

    await send(
      lambda.dogstatsdPort,
      Array.from({ length: count }, () => 'flood:1|c'),
    );
    await lambda.invoke();
    await lambda.invoke();
    const { dogstatsdSamples = 0, dogstatsdDropped = 0 } = (await lambda.metrics()).telemetry.totals;
    await lambda.emulator.shutdown();

    expect(dogstatsdDropped).toBeGreaterThan(0);
    expect(dogstatsdSamples + dogstatsdDropped).toBe(count);
    expect(totalOf(vendor, 'flood')).toBe(dogstatsdSamples);
    expect(lambda.said().filter((line) => line.includes('DogStatsD'))).toEqual([
      expect.stringMatching(/^WARN \[telemetry\] DogStatsD: the kernel dropped datagrams/),
    ]);
  });

  it('survives the host: the next one reads what waits there', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();
    await lambda.invoke();
    const victim = lambda.hostPid() as number;
    lambda.emulator.freeze();
    process.kill(victim, 'SIGKILL');

    await send(lambda.dogstatsdPort, ['late:1|c', 'late:2|c']);
    lambda.emulator.thaw();
    await untilHostRuns(lambda, victim);
    await lambda.emulator.shutdown();

    expect(totalOf(vendor, 'late')).toBe(3);
  });

  it('is open for a destination of Datadog without a setting, and what comes there leaves as distributions', async () => {
    await using vendor = await startTelemetryVendor(undefined, { format: { read: () => [], reply: '{}' } });
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_DESTINATIONS: 'datadog',
      DD_API_KEY: 'key',
      DD_DD_URL: vendor.url,
      DD_SERVERLESS_LOGS_ENABLED: 'false',
      DD_ENHANCED_METRICS: 'false',
    });
    await lambda.warmUp();
    lambda.emulator.thaw();

    await send(lambda.dogstatsdPort, ['value:1:2:3|d']);
    await lambda.emulator.shutdown();

    expect(vendor.accepted.map(({ path }) => path)).toContain('/api/beta/sketches');
  });

  it('is closed without a setting and without a destination of Datadog', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor, { TELEMETRY_DOGSTATSD: 'auto' }));
    await lambda.warmUp();

    await expect(send(lambda.dogstatsdPort, ['a:1|c', 'a:1|c'])).rejects.toThrow('ECONNREFUSED');
  });
});

it('all other telemetry goes on where another process has the port', async () => {
  const agent = createSocket('udp4');
  await new Promise<void>((resolve) => agent.bind(0, '127.0.0.1', resolve));
  await using vendor = await startTelemetryVendor();
  await using lambda = await startTelemetryLambda(
    LOGS_LINES,
    to(vendor, { DD_DOGSTATSD_PORT: String(agent.address().port) }),
  );
  await lambda.warmUp();

  await lambda.invoke({ lines: ['a line'] });
  await lambda.emulator.shutdown();

  expect(vendor.lines()).toEqual(['a line']);
  expect(lambda.said().filter((line) => line.includes('DogStatsD'))).toEqual([
    expect.stringMatching(/^ERROR \[telemetry\] Cannot receive DogStatsD: .*\/udp is in use by another process/),
  ]);
  agent.close();
});

async function untilHostRuns({ hostPid }: TelemetryLambda, except?: number): Promise<void> {
  while (hostPid() === undefined || hostPid() === except) await sleep(10);
}

function totalOf(vendor: TelemetryVendor, name: string): number {
  const values = vendor.records().filter((record: FlatRecord) => record.name === name);
  return values.reduce((total, { value }) => total + Number(value), 0);
}

/** Rejects where the port is closed, which the system says at the next datagram. */
async function send(port: number, datagrams: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
    for (const datagram of datagrams)
      await new Promise<void>((resolve, reject) =>
        socket.send(datagram, (error) => (error ? reject(error) : setImmediate(resolve))),
      );
  } finally {
    socket.close();
  }
}

async function bundled(client: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(CLIENTS, client)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['unix-dgram'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
