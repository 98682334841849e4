import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decodeJson } from '../otlp/decode-json.ts';
import { equalSources } from '../otlp/equal-sources.ts';
import { normaliser } from '../read/normalise.ts';
import { estimateBytes } from './estimate-bytes.ts';
import type { Item, Signal } from './item.ts';

describe('estimateBytes of a record', () => {
  it.each<[string, (line: number) => unknown]>([
    [
      'texts of the runtime',
      (line) => `2026-01-02T03:04:05.678Z\t${REQUEST_ID}\tINFO\torder ${line} was priced at 12.34 EUR in 17 ms`,
    ],
    ['plain texts', (line) => `order ${line} was priced at 12.34 EUR in 17 ms; cache=hit region=eu-central-1`],
    [
      'objects',
      (line) => ({ level: 'INFO', message: `order ${line} was priced`, cache: 'hit', ms: 17.5, user: { id: line } }),
    ],
    ['texts beyond Latin-1', (line) => `order ${line} → ${'ü'.repeat(60)}`],
  ])('is close to what %s take in memory', (_what, record) => {
    const normalise = normaliser({
      source: { resource: {}, scope: { name: 'lambda' } },
      embeddedMetrics: 'metrics',
      takesMetrics: true,
    });
    const items: Item[] = [];
    const heapBytes = usedHeapBytes();

    for (let line = 0; line < 20_000; line++) normalise('function', JSON.parse(JSON.stringify(record(line))), 0, items);

    const bytes = usedHeapBytes() - heapBytes;
    const estimatedBytes = items.reduce((sum, item) => sum + estimateBytes(item), 0);
    expect(estimatedBytes / bytes).toBeGreaterThan(0.6);
    expect(estimatedBytes / bytes).toBeLessThan(1.6);
  });
});

describe('estimateBytes of what an SDK exports', () => {
  const ids = { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdef' };
  const timeUnixNano = '1700000000000000000';
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));
  const metric = (data: object) => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', ...data }] }] }] });

  it.each<[string, Signal, (count: number) => object]>([
    [
      'lines',
      'logs',
      (count) => ({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano, body: { stringValue: `line ${count}` } }] }] }],
      }),
    ],
    ['gauges', 'metrics', (count) => metric({ gauge: { dataPoints: [{ timeUnixNano, asDouble: count + 0.5 }] } })],
    [
      'histograms',
      'metrics',
      (count) =>
        metric({
          histogram: {
            aggregationTemporality: 1,
            dataPoints: [
              {
                timeUnixNano,
                count: '9',
                sum: count,
                bucketCounts: numbers(16),
                explicitBounds: numbers(15).map(Number),
              },
            ],
          },
        }),
    ],
    [
      'exponential histograms',
      'metrics',
      (count) =>
        metric({
          exponentialHistogram: {
            aggregationTemporality: 1,
            dataPoints: [
              { timeUnixNano, count: '9', sum: count, scale: 3, positive: { offset: 0, bucketCounts: numbers(160) } },
            ],
          },
        }),
    ],
    [
      'spans',
      'traces',
      (count) => ({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  { ...ids, name: `GET /${count}`, startTimeUnixNano: timeUnixNano, endTimeUnixNano: timeUnixNano },
                ],
              },
            ],
          },
        ],
      }),
    ],
    [
      'spans with links and a long name',
      'traces',
      (count) => ({
        resourceSpans: [
          {
            scopeSpans: [
              { spans: [{ ...ids, name: `GET /${count} ${'x'.repeat(500)}`, links: numbers(5).map(() => ids) }] },
            ],
          },
        ],
      }),
    ],
  ])('is close to what %s take in memory', (_what, signal, request) => {
    const unify = equalSources();
    const items: Item[] = [];
    const heapBytes = usedHeapBytes();

    for (let count = 0, estimatedBytes = 0; estimatedBytes < ENOUGH_BYTES; count++) {
      for (const item of unify(decodeJson(signal, JSON.stringify(request(count)), 0).items)) {
        items.push(item);
        estimatedBytes += estimateBytes(item);
      }
    }

    const bytes = usedHeapBytes() - heapBytes;
    const estimatedBytes = items.reduce((sum, item) => sum + estimateBytes(item), 0);
    expect(estimatedBytes / bytes).toBeGreaterThan(0.6);
    expect(estimatedBytes / bytes).toBeLessThan(1.6);
  });
});

/** Enough that other changes of the heap do not matter. */
const ENOUGH_BYTES = 8_000_000;
const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';

function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
