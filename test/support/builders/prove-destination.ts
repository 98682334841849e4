import { resolve } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Destination, Exporter, ExportRequest } from '../../../extensions/telemetry/exporters/exporter.ts';
import type { Item } from '../../../extensions/telemetry/items/item.ts';
import { type Environment, readSettings, type Settings } from '../../../foundation/settings.ts';
import { batches, exporterContext, largeBatches, oneOfEach } from './exporter-items.ts';

export const nowMs = Date.UTC(2026, 0, 2, 3, 5);

/** The exporter for these variables. */
export function exporterOf<S extends Settings>(destination: Destination<S>, environment: Environment): Exporter {
  const { values, problems } = readSettings(destination.settings, environment);
  expect(problems).toEqual([]);
  return destination.exporter(values, exporterContext);
}

export interface DestinationProof<S extends Settings> {
  readonly destination: Destination<S>;
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
  const { destination, environment, near, expectWithinLimits, order = (items) => items } = proof;
  const isTaken = ({ signal }: Item) => destination.signals.includes(signal);

  it('sends what is recorded', async () => {
    const requests = exporterOf(destination, environment).encode(oneOfEach.filter(isTaken), nowMs);

    const recorded = requests.map(({ items, ...request }) => ({ ...request, items: items.length }));
    await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot(
      resolve(import.meta.dirname, `../../fixtures/telemetry/${destination.name}.json`),
    );
  });

  it('keeps to every limit, and sends each item once, in order', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(batches(near), (batch) => {
        const items = batch.filter(isTaken);

        const requests = exporterOf(destination, environment).encode(items, nowMs);

        for (const request of requests) expectWithinLimits(request);
        for (const signal of destination.signals) {
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
}

export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  return { status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) };
}

export function bytesOf({ body }: ExportRequest): number {
  return Buffer.byteLength(body as string);
}
