import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DestinationType, Exporter, ExportRequest } from '../../../extensions/telemetry/exporters/exporter.ts';
import type { Item } from '../../../extensions/telemetry/items/item.ts';
import { type Environment, readSettings, type Settings } from '../../../foundation/settings.ts';
import { batches, exporterContext, largeBatches, oneOfEach } from './exporter-items.ts';

export const nowMs = Date.UTC(2026, 0, 2, 3, 5);

/** Encodes all at once. */
interface EagerExporter extends Exporter {
  encode(items: readonly Item[], nowMs: number): readonly ExportRequest[];
}

/** The exporter that a user of these variables gets. */
export function exporterOf<S extends Settings>(type: DestinationType<S>, environment: Environment): EagerExporter {
  const exporter = lazyExporterOf(type, environment);
  return {
    ...exporter,
    encode: (items, nowMs) => [...exporter.encode(items, nowMs)].filter((request) => request !== undefined),
  };
}

function lazyExporterOf<S extends Settings>(type: DestinationType<S>, environment: Environment): Exporter {
  const { values, problems } = readSettings(type.settings, environment);
  expect(problems).toEqual([]);
  return type.exporter(values, exporterContext);
}

export interface DestinationProof<S extends Settings> {
  readonly type: DestinationType<S>;
  readonly environment: Environment;
  /** A little more than the longest record of the vendor, and than the most that one request takes. */
  readonly near: { longest: number; most: number };
  /** Throws unless the request is within the vendor's limits, read from its bytes as the vendor would. */
  expectWithinLimits(request: ExportRequest): void;
  /** The order within a batch; default: unchanged. */
  readonly order?: (items: readonly Item[]) => readonly Item[];
}

/** What every destination promises: its requests as recorded, none over a limit, and each item in exactly one of them. */
export function proveDestination<S extends Settings>(proof: DestinationProof<S>): void {
  const { type, environment, near, expectWithinLimits, order = (items) => items } = proof;
  const isTaken = ({ signal }: Item) => type.signals.includes(signal);

  it('sends what is recorded', async () => {
    const requests = exporterOf(type, environment).encode(oneOfEach.filter(isTaken), nowMs);

    const recorded = requests.map(({ items, ...request }) => ({ ...request, items: items.length }));
    await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot(
      resolve(import.meta.dirname, `../../fixtures/telemetry/${type.name}.json`),
    );
  });

  it('keeps to every limit, and sends each item once, in order', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(batches(near), (batch) => {
        const items = batch.filter(isTaken);

        const requests = exporterOf(type, environment).encode(items, nowMs);

        for (const request of requests) expectWithinLimits(request);
        for (const signal of type.signals) {
          const ofSignal = (some: readonly Item[]) => some.filter((item) => item.signal === signal);
          const sent = requests.flatMap((request) => ofSignal(request.items));
          const expected = order(ofSignal(items));
          expect(sent.length).toBe(expected.length);
          expect(sent.every((item, index) => item === expected[index])).toBe(true);
        }
      }),
      { numRuns: 14, seed: 4711, examples: largeBatches(near).map((batch) => [batch]) },
    );
  });

  it('encodes many and large items in steps of some milliseconds', { timeout: 60_000 }, () => {
    const some = largeBatches(near).flat().filter(isTaken);
    const items = Array.from({ length: MOST_ITEMS }, (_, index) => ({ ...some[index % some.length] }) as Item);
    const longest = Array.from({ length: 3 }, () => {
      const steps = lazyExporterOf(type, environment).encode(items, nowMs)[Symbol.iterator]();
      let longestMs = 0;
      for (let isDone = false; !isDone; ) {
        const before = process.cpuUsage();
        isDone = steps.next().done === true;
        const { user, system } = process.cpuUsage(before);
        longestMs = Math.max(longestMs, (user + system) / 1_000);
      }
      return longestMs;
    });

    expect(Math.min(...longest)).toBeLessThan(LONGEST_STEP_MS);
  });
}

export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}

export function bytesOf({ body }: ExportRequest): number {
  return Buffer.byteLength(body as string);
}

/** A round of the pipeline. */
const MOST_ITEMS = 10_000;
/** It takes a tenth of that. The garbage collector counts, too, and a busy machine needs twice the time. */
const LONGEST_STEP_MS = 150;
