import { describe, expect, it } from 'vitest';
import {
  answer,
  bytesOf,
  exporterContext,
  exporterOf,
  log,
  nowMs,
  proveDestination,
} from '../../../test/support/builders/exporters.ts';
import { loki } from './loki.ts';

const environment = { TELEMETRY_LOKI_URL: 'https://loki.test', TELEMETRY_LOKI_LABELS: 'env=prod' };
const headersOf = (more: Record<string, string>) =>
  exporterOf(loki, { ...environment, ...more }).encode([log()], nowMs)[0]?.headers;

describe('loki', () => {
  proveDestination({
    type: loki,
    environment,
    near: { longest: 300_000, most: 5_000 },
    order: (items) =>
      [...Map.groupBy(items, (item) => 'severity' in item && Math.ceil(item.severity / 4)).values()].flat(),
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(1_001_000);
      for (const { stream, values } of JSON.parse(String(request.body)).streams) {
        expect(Object.keys(stream).length).toBeLessThanOrEqual(15);
        for (const [ns, line] of values) {
          expect(ns).toMatch(/^\d{1,19}$/);
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(262_144);
        }
      }
    },
  });

  it('appends the path of the push API, unless the address has one', () => {
    const url = (address: string) => exporterOf(loki, { TELEMETRY_LOKI_URL: address }).encode([log()], nowMs)[0]?.url;

    expect(url('loki:3100')).toBe('https://loki:3100/loki/api/v1/push');
    expect(url('http://gateway/team/push')).toBe('http://gateway/team/push');
  });

  it.each([
    [{}, undefined],
    [{ TELEMETRY_LOKI_USER: '1', TELEMETRY_LOKI_PASSWORD: 'p' }, `Basic ${btoa('1:p')}`],
    [{ TELEMETRY_LOKI_PASSWORD: 'token' }, 'Bearer token'],
  ])('authenticates as the settings say: %j', (more, authorization) => {
    expect(headersOf(more as Record<string, string>)?.authorization).toBe(authorization);
  });

  it('gives equal lines of one moment different times, of which Loki keeps each, and the same times again', () => {
    const exporter = exporterOf(loki, environment);
    const items = [1, 2, 3].map(() => log({ timeMs: 1_767_323_045_678, body: 'again' }));
    const timesOf = (some: typeof items) =>
      JSON.parse(String(exporter.encode(some, nowMs)[0]?.body)).streams[0].values.map(([time]: string[]) => time);

    expect(timesOf(items)).toEqual(['1767323045678000000', '1767323045678000001', '1767323045678000002']);
    expect(timesOf(items.slice(1))).toEqual(['1767323045678000001', '1767323045678000002']);
  });

  it('tells execution environments apart by structured metadata, which Loki may refuse to take', () => {
    const exporter = exporterOf(loki, environment);
    const items = [log()];
    const firstValue = () => JSON.parse(String(exporter.encode(items, nowMs)[0]?.body)).streams[0].values[0];
    const [request] = exporter.encode(items, nowMs);
    const [time, line, metadata] = firstValue();
    const refusal = 'stream has structured metadata, but this feature is disabled, see `limits_config`';

    const verdict = request && exporter.judge(answer(400, refusal), request);

    expect(metadata).toEqual({ instance: exporterContext.instanceId });
    expect(verdict).toEqual({
      kind: 'partial',
      again: items,
      lost: 0,
      reason: expect.stringContaining('loki.test takes no'),
    });
    expect(firstValue()).toEqual([time, line]);
  });

  it('rejects what Loki refuses for another reason', () => {
    const exporter = exporterOf(loki, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(400, 'entry too far behind'), request)).toMatchObject({ kind: 'rejected' });
  });

  it('names the tenant', () => {
    expect(headersOf({ TELEMETRY_LOKI_TENANT: 'shop' })).toMatchObject({ 'x-scope-orgid': 'shop' });
  });
});
