import { resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { otlp } from '../../extensions/telemetry/exporters/otlp.ts';
import type { Item } from '../../extensions/telemetry/items/item.ts';
import { decodeJson } from '../../extensions/telemetry/otlp/decode-json.ts';
import { oneOfEach } from '../support/builders/exporter-items.ts';
import { otlpItems } from '../support/builders/otlp-items.ts';
import { exporterOf } from '../support/builders/prove-destination.ts';
import { sendTelemetry } from '../support/builders/send-telemetry.ts';
import { buildCollector, hasGo, startCollector } from '../support/servers/otel-collector.ts';

const minute = 60_000;
const signals = ['logs', 'metrics', 'traces'] as const;

describe.skipIf(!hasGo)('an OpenTelemetry Collector (needs Go)', () => {
  beforeAll(buildCollector, 20 * minute);

  it.each([
    ['http/protobuf', 'gzip'],
    ['http/protobuf', 'none'],
    ['http/json', 'gzip'],
    ['http/json', 'none'],
  ])('understands everything that OTLP can say, by %s, %s', { timeout: 2 * minute }, async (protocol, compression) => {
    await using collector = await startCollector();
    const exporter = exporterOf(otlp, {
      TELEMETRY_OTLP_ENDPOINT: collector.url,
      TELEMETRY_OTLP_PROTOCOL: protocol,
      TELEMETRY_OTLP_COMPRESSION: compression,
    });

    for (const signal of signals) {
      const batches = fc.sample(otlpItems[signal]() as fc.Arbitrary<Item[]>, { numRuns: 60, seed: 4711 });
      for (const items of batches.filter((some) => some.length > 0)) {
        const verdicts = await sendTelemetry(exporter, items);

        const { path, json } = collector.understood();
        expect([verdicts, path]).toEqual([[{ kind: 'delivered' }], `/v1/${signal}`]);
        expect(decodeJson(signal, json, 0)).toEqual({ items, rejected: 0 });
      }
    }
  });

  it.each(['http/protobuf', 'http/json'])(
    'reads what Lambda and an SDK made as it was meant, by %s',
    async (protocol) => {
      await using collector = await startCollector();
      const exporter = exporterOf(otlp, { TELEMETRY_OTLP_ENDPOINT: collector.url, TELEMETRY_OTLP_PROTOCOL: protocol });

      const understood = [];
      for (const signal of signals) {
        await sendTelemetry(
          exporter,
          oneOfEach.filter((item) => item.signal === signal),
        );
        understood.push(JSON.parse(collector.understood().json));
      }

      await expect(`${JSON.stringify(understood, null, 2)}\n`).toMatchFileSnapshot(
        resolve(import.meta.dirname, '../fixtures/telemetry/otlp-understood.json'),
      );
    },
  );
});
