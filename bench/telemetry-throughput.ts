import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from './support/benchmark.ts';
import { startSink } from './support/sink.ts';
import { spread } from './support/statistics.ts';
import { deliveryOf, startTelemetryHost, type TelemetryHost } from './support/telemetry-host.ts';

/** How many log lines a second pass all stages, from Lambda's deliveries to a destination that accepts everything. */
export const telemetryThroughput: Benchmark = {
  name: 'telemetry-throughput',
  title: 'Telemetry, records a second through the whole pipeline',

  async measure({ rounds }) {
    await using sink = await startSink();
    const destinations = {
      otlp: { TELEMETRY_OTLP_ENDPOINT: sink.url },
      http: { TELEMETRY_HTTP_URL: sink.url },
    };
    const measurements = [];
    for (const [name, variables] of Object.entries(destinations)) {
      const perSecond: number[] = [];
      for (let round = 0; round < rounds(5); round++) {
        perSecond.push(await recordsPerSecond({ TELEMETRY_DESTINATIONS: name, ...variables }));
      }
      measurements.push({ what: `lines to ${name}`, unit: '1/s' as const, ours: spread(perSecond) });
    }
    return { kind: 'measured', measurements };
  },
};

/**
 * From the first delivery until the destination has nine tenths of the lines. A flush begins whenever a quarter of the
 * buffer is full, so that the rest would wait for an invocation to end.
 */
async function recordsPerSecond(environment: Record<string, string>): Promise<number> {
  await using host = await startTelemetryHost(environment);
  const deliveries = Array.from({ length: DELIVERIES }, (_, index) => deliveryOf(index, LINES_EACH));
  await host.deliver(deliveryOf(DELIVERIES, LINES_EACH));

  const startedAtMs = performance.now();
  for (const body of deliveries) await host.deliver(body);
  const delivered = await untilDelivered(host, 0.9 * DELIVERIES * LINES_EACH);
  return delivered / ((performance.now() - startedAtMs) / 1_000);
}

async function untilDelivered(host: TelemetryHost, lines: number): Promise<number> {
  for (;;) {
    const { delivered, dropped } = Object.values(await host.counts())[0] ?? { delivered: 0, dropped: 0 };
    if (dropped > 0) throw new Error(`The buffer overflowed: ${dropped} lines were dropped.`);
    if (delivered >= lines) return delivered;
    await sleep(2);
  }
}

/** As many as Lambda puts into one post. */
const LINES_EACH = 1_000;
const DELIVERIES = 100;
