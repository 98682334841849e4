import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { deliveryUrlOfEmulator } from '../support/lambda/delivery-url.ts';
import { isSupervisorBuilt } from '../support/lambda/supervised.ts';
import { LOGS_LINES, startTelemetryLambda } from '../support/lambda/telemetry-lambda.ts';
import { freePort } from '../support/servers/free-port.ts';
import { type FlatRecord, startTelemetryVendor, type TelemetryVendor } from '../support/servers/telemetry-vendor.ts';
import { otlpJsonFormat, splunkHecFormat } from '../support/servers/vendor-formats.ts';

const to = (vendor: TelemetryVendor, more: Record<string, string> = {}) => ({
  TELEMETRY_DESTINATIONS: 'http',
  TELEMETRY_HTTP_URL: vendor.url,
  TELEMETRY_FLUSH: 'end',
  ...more,
});

/** Leaves the emulator time to deliver. */
const FLOOD_OF = (lines: number) => `export async function handler() {
  for (let line = 0; line < ${lines}; line++) {
    console.log('line ' + line);
    if (line % 1_000 === 999) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}`;

describe('of 10,000 lines in 100 invocations to three vendors, one of which fails half of the time', () => {
  it.for(['on-demand', 'provisioned-concurrency', 'lambda-managed-instances'] as const)(
    'each is delivered once or counted as dropped, in %s',
    { timeout: 60_000 },
    async (initializationType, { annotate }) => {
      await using collector = await startTelemetryVendor();
      await using splunk = await startTelemetryVendor(undefined, { format: splunkHecFormat });
      // So often in a row that it is given up for a while. In the end it takes nothing, and more comes than may wait.
      let isRepaired = false;
      await using flaky = await startTelemetryVendor(
        (response, _request, count) => {
          if (isRepaired || (count % 12 < 6 && flaky.records().length < 2_000)) return;
          if (count % 2 === 0) response.writeHead(503).end();
          else response.destroy();
        },
        { format: otlpJsonFormat },
      );
      await using lambda = await startTelemetryLambda(
        LOGS_LINES,
        {
          TELEMETRY_DESTINATIONS: 'http,splunk-hec,otlp',
          TELEMETRY_HTTP_URL: collector.url,
          SPLUNK_HEC_URL: splunk.url,
          SPLUNK_HEC_TOKEN: 'token',
          TELEMETRY_OTLP_ENDPOINT: flaky.url,
          TELEMETRY_OTLP_PROTOCOL: 'http/json',
          TELEMETRY_BUFFER_BYTES: '1000000',
        },
        { initializationType, memoryMB: 512 },
      );
      await lambda.warmUp();

      const isManaged = initializationType === 'lambda-managed-instances';
      let written = 0;
      for (let first = 0; first < INVOCATIONS; first += isManaged ? 10 : 1) {
        const together = Array.from({ length: isManaged ? 10 : 1 }, (_, index) => linesOf(first + index));
        await Promise.all(together.map((lines) => lambda.emulator.invoke({ lines })));
        written += together.flat().length;
        // A busy machine must not fill the buffers of those that fail at nothing, which have the same bounds. Others wait for
        // the end of each invocation, and are frozen now.
        for (const healthy of isManaged ? [collector, splunk] : [])
          while (healthy.lines().length < written - MOST_ON_THEIR_WAY) await pause(10);
      }
      const { details } = (await lambda.metrics()).telemetry;
      isRepaired = true;
      await lambda.emulator.shutdown();

      for (const healthy of [collector, splunk]) {
        expect(reportsIn(healthy)).toHaveLength(INVOCATIONS);
        expect(sorted(healthy.lines())).toEqual(
          sorted(Array.from({ length: INVOCATIONS }, (_, n) => linesOf(n)).flat()),
        );
      }
      expect(splunk.records()).toHaveLength(collector.records().length);

      const [losses, arrived] = partition(flaky.records(), ({ name }) => name === 'telemetry.records.lost');
      const dropped = losses.reduce((sum, { value }) => sum + Number(value), 0);
      await annotate(`in: ${collector.records().length}; flaky: ${arrived.length} delivered, ${dropped} dropped`);
      expect(dropped).toBeGreaterThan(0);
      expect(arrived.length + dropped).toBe(collector.records().length);
      expect(repeated(flaky.lines().filter((line) => line !== SAME))).toEqual([]);
      for (const counts of Object.values(details)) {
        expect(counts.received).toBe(counts.delivered + counts.dropped + counts.rejected + counts.waiting);
      }
      expect(details['splunk-hec']).toMatchObject({ dropped: 0, rejected: 0 });
      expect(lambda.said().filter((line) => line.startsWith('ERROR'))).toEqual([]);
    },
  );
});

describe('a flood of 100,000 lines in one invocation', () => {
  it('is delivered or counted, in bounded memory', { timeout: 60_000 }, async ({ annotate }) => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(FLOOD_OF(100_000), to(vendor), {
      memoryMB: 1_024,
      timeoutMs: 30_000,
    });
    await lambda.warmUp();

    await lambda.invoke();
    const { http } = (await lambda.metrics()).telemetry.details;
    const peakMB = peakMemoryMB(lambda.hostPid() ?? 0);
    await lambda.emulator.shutdown();

    // The emulator, like Lambda, drops what its own buffer cannot hold, and says so.
    const droppedByLambda = vendor
      .records()
      .flatMap(({ signal, type, attributes }) =>
        signal === 'log' && type === 'platform.logsDropped' ? [Number((attributes as FlatRecord).droppedRecords)] : [],
      )
      .reduce((sum, records) => sum + records, 0);
    const lines = vendor.lines();
    await annotate(`${lines.length} delivered, ${http?.dropped} dropped, ${droppedByLambda} by Lambda; ${peakMB} MB`);
    expect(repeated(lines)).toEqual([]);
    expect(lines.length + (http?.dropped ?? 0) + droppedByLambda).toBeGreaterThanOrEqual(100_000);
    expect(peakMB).toBeLessThan(256);
  });
});

describe('a flood', () => {
  it('leaves in several flushes if more lines come than may wait', async () => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(
      FLOOD_OF(5_000),
      to(vendor, { TELEMETRY_FLUSH: 'periodic,60000', TELEMETRY_BUFFER_ITEMS: '2000' }),
      { memoryMB: 512 },
    );
    await lambda.warmUp();

    await lambda.invoke();
    await lambda.emulator.shutdown();

    expect(vendor.lines().length).toBeGreaterThan(2_000);
  });

  it('leaves in no smaller parts while another destination is down', async () => {
    await using vendor = await startTelemetryVendor();
    const dead = { type: 'http', url: `http://127.0.0.1:${await freePort()}` };
    const environment = {
      TELEMETRY_CONFIG: JSON.stringify({ destinations: { dead, vendor: { type: 'http', url: vendor.url } } }),
      TELEMETRY_FLUSH: 'periodic,60000',
      TELEMETRY_BUFFER_ITEMS: '20000',
    };
    await using lambda = await startTelemetryLambda(FLOOD_OF(40_000), environment, {
      memoryMB: 512,
      timeoutMs: 30_000,
    });
    await lambda.warmUp();

    await lambda.invoke();
    await lambda.emulator.shutdown();

    // Lambda delivers 1,000 at a time, and a body holds some 2,000. What is sent when a buffer is half full ends with a smaller one.
    expect(vendor.lines()).toHaveLength(40_000);
    expect(vendor.accepted.length).toBeLessThan(40);
  });
});

describe.runIf(isSupervisorBuilt)('a flood of five times the lines that may wait', () => {
  it.for([
    ['alone', false],
    ['beside another one that is down', true],
  ] as const)('is delivered as a whole by a vendor that is slower, %s', async ([_case, isOtherDown]) => {
    await using vendor = await startTelemetryVendor(() => pause(100));
    const down = { type: 'http', url: `http://127.0.0.1:${await freePort()}` };
    const slow = { type: 'http', url: vendor.url };
    await using lambda = await startTelemetryLambda(LOGS_LINES, {
      TELEMETRY_CONFIG: JSON.stringify({ destinations: isOtherDown ? { slow, down } : { slow } }),
      TELEMETRY_BUFFER_ITEMS: '4000',
      TELEMETRY_FLUSH_TIMEOUT_MS: '60000',
    });
    await lambda.warmUp();
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line} of the flood`);
    const url = deliveryUrlOfEmulator(lambda.emulator);

    lambda.emulator.thaw();
    await lambda.emulator.invoke({});
    for (let first = 0; first < lines.length; first += 1_000) {
      const records = lines
        .slice(first, first + 1_000)
        .map((line) => ({ time: '2026-01-01T00:00:00.000Z', type: 'function', record: line }));
      expect((await fetch(url, { method: 'POST', body: JSON.stringify(records) })).status).toBe(200);
    }
    // Its end flushes what no full buffer does.
    await lambda.emulator.invoke({});
    await vendor.until(({ message }) => message === lines.at(-1));

    expect(vendor.lines()).toEqual(lines);
    expect((await lambda.metrics()).telemetry.details.slow).toMatchObject({ dropped: 0, rejected: 0 });
  });
});

describe('a delivery that Lambda repeats', () => {
  it.for([
    ['with its number', { 'sequence-id': 'a-sha256' }],
    ['without a number', {}],
  ] as const)('counts once, and equal lines count all, %s', async ([_case, headers]) => {
    await using vendor = await startTelemetryVendor();
    await using lambda = await startTelemetryLambda(LOGS_LINES, to(vendor));
    await lambda.warmUp();
    const line = { time: '2026-01-01T00:00:00.000Z', type: 'function', record: 'same' };
    const body = JSON.stringify(Array.from({ length: 1_000 }, () => line));
    const url = deliveryUrlOfEmulator(lambda.emulator);
    const deliver = () => fetch(url, { method: 'POST', headers, body });

    lambda.emulator.thaw();
    for (const _time of [1, 2, 3]) expect((await deliver()).status).toBe(200);
    lambda.emulator.freeze();
    await lambda.invoke({ lines: ['another'] });
    await lambda.emulator.shutdown();

    expect(vendor.lines()).toEqual([...Array.from({ length: 1_000 }, () => 'same'), 'another']);
  });
});

const INVOCATIONS = 100;
/** Some 4,400 fit in the buffers. A host that is not asked sends when a quarter is there. */
const MOST_ON_THEIR_WAY = 1_500;
const SAME = 'the same line again';

/** 1,000 of all are equal, and written within a millisecond or few. */
function linesOf(invocation: number): string[] {
  const own = Array.from({ length: 90 }, (_, index) => `line ${index} of invocation ${invocation}`);
  return invocation === 50 ? [...Array.from({ length: 1_000 }, () => SAME), ...own] : own;
}

function reportsIn(vendor: TelemetryVendor): FlatRecord[] {
  return vendor.records().filter(({ signal, type }) => signal === 'log' && type === 'platform.report');
}

function sorted(lines: readonly unknown[]): string[] {
  return lines.map(String).sort();
}

function repeated(lines: readonly unknown[]): unknown[] {
  const seen = new Set<unknown>();
  return lines.filter((line) => seen.size === seen.add(line).size);
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function peakMemoryMB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1_024);
}
