import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/servers/free-port.ts';
import { atMost, type Benchmark } from './support/benchmark.ts';
import { memory } from './support/proc.ts';
import { startSink } from './support/sink.ts';
import { spread } from './support/statistics.ts';
import { deliveryOf, startTelemetryHost } from './support/telemetry-host.ts';

/** What telemetry takes in an outage: three destinations at default settings, of which one is down and one is slow. */
export const telemetryMemory: Benchmark = {
  name: 'telemetry-memory',
  title: 'Telemetry, memory during an outage',

  async measure({ rounds }) {
    const idle: number[] = [];
    const end: number[] = [];
    const peak: number[] = [];
    for (let round = 0; round < rounds(5); round++) {
      const measured = await duringAnOutage();
      idle.push(measured.idleMb);
      end.push(measured.endMb);
      peak.push(measured.peakMb);
    }
    const target = atMost(MOST_MB, Math.max(...end), 'MB');
    return {
      kind: 'measured',
      about: { load: `${DELIVERIES * LINES_EACH} lines, one destination down, one slow, one healthy` },
      measurements: [
        { what: 'anonymous, before the first line', unit: 'MB', ours: spread(idle) },
        { what: 'anonymous, peak', unit: 'MB', ours: spread(peak) },
        { what: 'anonymous, after the last line', unit: 'MB', ours: spread(end), target },
      ],
    };
  },
};

async function duringAnOutage() {
  await using slow = await startSink((end) => void setTimeout(end, SLOW_MS));
  await using healthy = await startSink();
  await using host = await startTelemetryHost({
    TELEMETRY_DESTINATIONS: 'http,otlp,splunk-hec',
    TELEMETRY_HTTP_URL: `http://127.0.0.1:${await freePort()}`,
    TELEMETRY_OTLP_ENDPOINT: slow.url,
    SPLUNK_HEC_URL: healthy.url,
    SPLUNK_HEC_TOKEN: 'token',
  });
  await host.deliver(deliveryOf(DELIVERIES, 1));
  await sleep(SETTLED_MS);
  const idleMb = memory(host.process.pid).anonymousMb;

  let peakMb = idleMb;
  for (let index = 0; index < DELIVERIES; index++) {
    await host.deliver(deliveryOf(index, LINES_EACH));
    peakMb = Math.max(peakMb, memory(host.process.pid).anonymousMb);
  }
  await untilReceived(host);
  await sleep(SETTLED_MS);
  const endMb = memory(host.process.pid).anonymousMb;
  return { idleMb, peakMb: Math.max(peakMb, endMb), endMb };
}

/** Until no more lines come: what is beyond buffers and store together is dropped, by the host or by the supervisor. */
async function untilReceived(host: Awaited<ReturnType<typeof startTelemetryHost>>): Promise<void> {
  for (let before = -1; ; ) {
    const received = Math.max(...Object.values(await host.counts()).map((counts) => counts.received));
    if (received === before) return;
    before = received;
    await sleep(SETTLED_MS);
  }
}

const LINES_EACH = 1_000;
const DELIVERIES = 200;
const SLOW_MS = 1_000;
const SETTLED_MS = 1_000;
const MOST_MB = 64;
