import { describe, expect, it } from 'vitest';
import { answer, bytesOf, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import { s3 } from './s3.ts';

const environment = { TELEMETRY_S3_BUCKET: 'telemetry-bucket' };

describe('s3', () => {
  proveDestination({
    type: s3,
    environment,
    near: { longest: 1_200_000, most: 5_000 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(16 * 1_024 * 1_024);
      const lines = String(request.body).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toHaveLength(request.items.length);
    },
  });

  it('gives every object its own key in the folder of its hour', () => {
    const exporter = exporterOf(s3, environment);

    const urls = [...exporter.encode([log()], nowMs), ...exporter.encode([log()], nowMs)].map(({ url }) => url);

    const folder = 'https://telemetry-bucket.s3.eu-central-1.amazonaws.com/telemetry/orders/2026/01/02/03';
    expect(urls).toEqual([
      `${folder}/20260102T030500.000Z-d0c1b2a3-1.json.gz`,
      `${folder}/20260102T030500.000Z-d0c1b2a3-2.json.gz`,
    ]);
  });

  it('escapes the prefix, and needs none', () => {
    const url = (prefix: string) =>
      exporterOf(s3, { ...environment, TELEMETRY_S3_PREFIX: prefix }).encode([log()], nowMs)[0]?.url;

    expect(url('/a b/(c)/')).toContain('.amazonaws.com/a%20b/%28c%29/orders/2026/');
    expect(url('/')).toContain('.amazonaws.com/orders/2026/');
  });

  it('does not repeat the session token, as S3 does', () => {
    const exporter = exporterOf(s3, environment);
    const [request] = exporter.encode([log()], nowMs);
    const body = '<Error><Code>ExpiredToken</Code><Token-0>IQoJb3JpZ2luX2Vj</Token-0></Error>';

    const verdict = request && exporter.judge(answer(400, body), request);

    expect(verdict).toMatchObject({ reason: expect.stringContaining('<Code>ExpiredToken</Code>') });
    expect(verdict).toMatchObject({ reason: expect.not.stringContaining('IQoJ') });
  });

  it.each([
    [503, '<Error><Code>SlowDown</Code></Error>', 'retry'],
    [500, '', 'retry'],
    [400, '<Error><Code>RequestTimeout</Code></Error>', 'retry'],
    [400, '<Error><Code>ExpiredToken</Code></Error>', 'refused'],
    [403, '<Error><Code>AccessDenied</Code></Error>', 'refused'],
    [404, '<Error><Code>NoSuchBucket</Code></Error>', 'refused'],
    [301, '<Error><Code>PermanentRedirect</Code></Error>', 'refused'],
  ])('judges %i %j as %s', (status, body, kind) => {
    const exporter = exporterOf(s3, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(status, body), request)).toMatchObject({ kind });
  });
});
