import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import type { Item, Signal } from '../items/item.ts';
import { decodeJson } from '../otlp/decode-json.ts';
import { equalSources } from '../otlp/equal-sources.ts';
import { normaliser } from '../read/normalise.ts';
import { itemBuffer, weigh } from './buffer.ts';

const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => aLog(`${from + index}`));
const bodies = (items: readonly { body?: unknown }[]) => items.map(({ body }) => body);

describe('itemBuffer', () => {
  it('gives back all, the oldest first', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 1_000_000 });

    for (const line of lines(0, 3)) buffer.add(line, 100);

    expect(bodies(buffer.take() as never)).toEqual(['0', '1', '2']);
    expect([buffer.items, buffer.bytes]).toEqual([0, 0]);
  });

  it('gives back the oldest alone where it is asked for few', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 1_000_000 });
    for (const line of lines(0, 3)) buffer.add(line, 100);

    expect(bodies(buffer.take(2) as never)).toEqual(['0', '1']);
    expect([buffer.items, buffer.bytes]).toEqual([1, 100]);
    expect(bodies(buffer.take(2) as never)).toEqual(['2']);
  });

  it('drops the oldest where there are too many, and says how many', () => {
    const buffer = itemBuffer({ mostItems: 2, mostBytes: 1_000_000 });

    const dropped = lines(0, 4).map((line) => buffer.add(line, 100));

    expect(dropped).toEqual([0, 0, 1, 1]);
    expect(bodies(buffer.take() as never)).toEqual(['2', '3']);
  });

  it('drops as many as it takes to stay within the bytes, but keeps the newest in any case', () => {
    const buffer = itemBuffer({ mostItems: 10, mostBytes: 250 });
    const dropped = [100, 100, 200, 900].map((weight) => buffer.add(aLog('x'), weight));

    expect(dropped).toEqual([0, 0, 2, 1]);
    expect(buffer.bytes).toBe(900);
  });

  it('puts back what failed before what came since', () => {
    const buffer = itemBuffer({ mostItems: 3, mostBytes: 1_000_000 });
    for (const line of lines(0, 2)) buffer.add(line, 100);
    const taken = buffer.take();
    for (const line of lines(2, 4)) buffer.add(line, 100);

    const dropped = buffer.putBack(taken);

    expect(dropped).toBe(1);
    expect(bodies(buffer.take() as never)).toEqual(['1', '2', '3']);
  });

  it('loses nothing uncounted, whatever is added, taken and put back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('add', 'take', 'putBack'), { maxLength: 400 }), (steps) => {
        const buffer = itemBuffer({ mostItems: 20, mostBytes: 1_000_000 });
        let [added, dropped, out] = [0, 0, [] as ReturnType<typeof buffer.take>];
        for (const step of steps) {
          if (step === 'add') {
            dropped += buffer.add(aLog('x'), 10);
            added += 1;
          } else if (step === 'take' && out.length === 0) out = buffer.take();
          else if (step === 'putBack') {
            dropped += buffer.putBack(out);
            out = [];
          }
        }
        expect(added).toBe(dropped + out.length + buffer.items);
        expect(buffer.items).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe('weigh', () => {
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
  ])('is near what %s take in memory', (_what, record) => {
    const normalise = normaliser({ source: { resource: {}, scope: { name: 'lambda' } }, embeddedMetrics: 'metrics' });
    const items: Item[] = [];
    const heapBytes = usedHeapBytes();

    for (let line = 0; line < 20_000; line++) normalise('function', JSON.parse(JSON.stringify(record(line))), 0, items);

    const bytes = usedHeapBytes() - heapBytes;
    const weight = items.reduce((sum, item) => sum + weigh(item), 0);
    expect(weight / bytes).toBeGreaterThan(0.6);
    expect(weight / bytes).toBeLessThan(1.6);
  });
});

describe('weigh of what an SDK exports', () => {
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
  ])('is near what %s take in memory', (_what, signal, request) => {
    const unify = equalSources();
    const items: Item[] = [];
    const heapBytes = usedHeapBytes();

    for (let count = 0, weighed = 0; weighed < ENOUGH_BYTES; count++) {
      for (const item of unify(decodeJson(signal, JSON.stringify(request(count)), 0).items)) {
        items.push(item);
        weighed += weigh(item);
      }
    }

    const bytes = usedHeapBytes() - heapBytes;
    const weight = items.reduce((sum, item) => sum + weigh(item), 0);
    expect(weight / bytes).toBeGreaterThan(0.6);
    expect(weight / bytes).toBeLessThan(1.6);
  });
});

/** So that what else comes and goes in the heap does not count. */
const ENOUGH_BYTES = 8_000_000;
const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';

function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
