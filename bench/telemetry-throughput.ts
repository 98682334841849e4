import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { freePort } from '../test/support/servers/free-port.ts';
import type { Benchmark } from './support/benchmark.ts';
import { type ExtensionProcess, startExtension } from './support/extension-process.ts';
import { startSink } from './support/sink.ts';
import { spread } from './support/statistics.ts';
import { extension } from './support/subjects.ts';

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
  await using host = await startHost(environment);
  const deliveries = Array.from({ length: DELIVERIES }, (_, index) => delivery(index));
  await host.deliver(delivery(DELIVERIES));

  const startedAtMs = performance.now();
  for (const body of deliveries) await host.deliver(body);
  const delivered = await host.untilDelivered(0.9 * DELIVERIES * LINES_EACH);
  return delivered / ((performance.now() - startedAtMs) / 1_000);
}

interface Host extends AsyncDisposable {
  deliver(body: string): Promise<void>;
  /** Resolves with the number of lines delivered by then. */
  untilDelivered(lines: number): Promise<number>;
}

async function startHost(environment: Record<string, string>): Promise<Host> {
  const [port, httpPort, telemetryPort, otlpPort, appconfigPort] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const started: ExtensionProcess = await startExtension(
    extension({
      port: port ?? 0,
      environment: {
        EXTENSIONS_HTTP_PORT: String(httpPort),
        EXTENSIONS_TELEMETRY_PORT: String(telemetryPort),
        TELEMETRY_OTLP_PORT: String(otlpPort),
        AWS_APPCONFIG_EXTENSION_HTTP_PORT: String(appconfigPort),
        AWS_LAMBDA_FUNCTION_NAME: 'bench',
        ...environment,
      },
    }),
  );
  return {
    async deliver(records) {
      const { body } = await request(started.deliveryUrl, { method: 'POST', body: records });
      await body.dump();
    },
    async untilDelivered(lines) {
      for (;;) {
        const { body } = await request(`http://127.0.0.1:${httpPort}/metrics`);
        const { telemetry } = (await body.json()) as Metrics;
        const { delivered, dropped } = Object.values(telemetry.details)[0] ?? { delivered: 0, dropped: 0 };
        if (dropped > 0) throw new Error(`The buffer overflowed: ${dropped} lines were dropped.`);
        if (delivered >= lines) return delivered;
        await Promise.race([sleep(2), started.ended]);
      }
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

interface Metrics {
  readonly telemetry: { readonly details: Record<string, { readonly delivered: number; readonly dropped: number }> };
}

function delivery(index: number): string {
  const time = new Date(1_764_000_000_000 + index).toISOString();
  const start = { time, type: 'platform.start', record: { requestId: `request-${index}` } };
  const lines = Array.from({ length: LINES_EACH }, (_, line) => ({
    time,
    type: 'function',
    record: `order ${line} of customer 4711 was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1 items=${index}`,
  }));
  return JSON.stringify([start, ...lines]);
}

/** As many as Lambda puts into one post. */
const LINES_EACH = 1_000;
const DELIVERIES = 100;
