import { itemBuffer } from '../extensions/telemetry/deliver/buffer.ts';
import { correlator } from '../extensions/telemetry/invocations/correlate.ts';
import { platformEvents } from '../extensions/telemetry/invocations/platform-events.ts';
import { type Compactor, compactor } from '../extensions/telemetry/items/compact.ts';
import { byteEstimate } from '../extensions/telemetry/items/estimate-bytes.ts';
import type { Item } from '../extensions/telemetry/items/item.ts';
import { normaliser } from '../extensions/telemetry/read/normalise.ts';
import { recordsToItems } from '../extensions/telemetry/records-to-items.ts';
import type { Benchmark, Measurement } from './support/benchmark.ts';
import { atMost } from './support/benchmark.ts';
import { floor, interleave, spread } from './support/statistics.ts';

/** CPU time of a line from Lambda's JSON to the buffer, and how much of it the count of its bytes takes. */
export const telemetryEstimate: Benchmark = {
  name: 'telemetry-estimate',
  title: 'Telemetry, CPU time to read, count and buffer a line',

  async measure({ rounds }) {
    const measurements: Measurement[] = [];
    for (const [what, record] of Object.entries(LINES)) {
      const delivery = deliveryOf(record);
      const { counted, uncounted } = await interleave(rounds(31), {
        counted: async () => microsecondsALine(delivery, counting),
        uncounted: async () => microsecondsALine(delivery, notCounting),
      });
      const without = floor(counted, uncounted);
      measurements.push({
        what,
        unit: 'µs',
        ours: spread(counted),
        floors: { 'without the count': without },
        target: atMost(1.05, without.ratio, 'times without the count'),
      });
    }
    return { kind: 'measured', measurements };
  },
};

interface Counting {
  readonly compactor: Compactor;
  estimateBytes(item: Item): number;
}

function counting(): Counting {
  const memory = compactor();
  return { compactor: memory, estimateBytes: byteEstimate(memory.shared) };
}

function notCounting(): Counting {
  const shared = { hasText: () => false, hasKey: () => false };
  return { compactor: { items: (items) => items, fields: (fields) => fields, shared }, estimateBytes: () => 300 };
}

/** Of the process, so the garbage collector counts, too. */
function microsecondsALine(delivery: string, start: () => Counting): number {
  const { compactor: memory, estimateBytes } = start();
  const source = { resource: { 'service.name': 'bench' }, scope: { name: 'bench' } };
  const platform = platformEvents({ source, functionName: 'bench', isManagedInstances: false });
  const correlation = correlator({
    invocations: platform.invocations,
    isManagedInstances: false,
    hasPlatformRecords: () => true,
    adoptsSpans: false,
  });
  const { isInvocation } = correlation;
  const toItems = recordsToItems({
    source,
    normalise: normaliser({ source, embeddedMetrics: 'metrics', takesMetrics: true, isInvocation }),
    platform,
    correlator: correlation,
    compactor: memory,
  });
  const buffer = itemBuffer({ join: () => undefined, added: () => 0, dropOverBounds: () => 0 });
  const before = process.cpuUsage();
  for (let post = 0; post < POSTS; post++) {
    const records: unknown[] = JSON.parse(delivery);
    for (let at = 0; at < records.length; at += RECORDS_A_STEP) {
      for (const item of toItems(records.slice(at, at + RECORDS_A_STEP), 0)) buffer.add(item, estimateBytes(item));
    }
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (POSTS * LINES_EACH);
}

function deliveryOf(record: (line: number) => unknown): string {
  const time = '2026-01-02T03:04:05.678Z';
  const start = { time, type: 'platform.start', record: { requestId: REQUEST_ID } };
  const lines = Array.from({ length: LINES_EACH }, (_, line) => ({ time, type: 'function', record: record(line) }));
  return JSON.stringify([start, ...lines]);
}

const REQUEST_ID = '79104eff-34fb-4bb4-a2d8-9b1d0ec1d3a4';
const POSTS = 40;
/** As many as Lambda puts into one post. */
const LINES_EACH = 1_000;
const RECORDS_A_STEP = 100;

const LINES: Readonly<Record<string, (line: number) => unknown>> = {
  'a line of text': (line) => `order ${line} of customer 4711 was priced at 12.34 EUR in 17 ms; cache=hit`,
  'JSON, as the runtime writes it': (line) => ({
    timestamp: '2026-01-02T03:04:05.670Z',
    level: 'INFO',
    requestId: REQUEST_ID,
    message: `order ${line} was priced`,
  }),
  'JSON with six fields': (line) => ({
    timestamp: '2026-01-02T03:04:05.670Z',
    level: 'INFO',
    requestId: REQUEST_ID,
    message: `order ${line} was priced`,
    orderId: line,
    customer: `customer-${line % 97}`,
    priceEur: line / 7,
    cache: line % 3 === 0 ? 'miss' : 'hit',
    region: 'eu-central-1',
    durationMs: line % 50,
  }),
  'JSON with nested fields, as text': (line) =>
    JSON.stringify({
      level: 30,
      time: 1_767_323_045_670,
      msg: `order ${line} was priced`,
      req: { id: line, method: 'GET', url: `/orders/${line}` },
      res: { statusCode: 200, durationMs: line % 50 },
      tags: ['orders', 'pricing'],
    }),
};
