import { describe, expect, it } from 'vitest';
import { answer, bytesOf, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import { elasticsearch } from './elasticsearch.ts';

const environment = { TELEMETRY_ELASTICSEARCH_URL: 'https://elastic.test/', TELEMETRY_ELASTICSEARCH_API_KEY: 'a2V5' };

describe('elasticsearch', () => {
  proveDestination({
    type: elasticsearch,
    environment,
    near: { longest: 1_200_000, most: 5_000 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(2_000_000);
      const lines = String(request.body).trimEnd().split('\n');
      expect(lines).toHaveLength(2 * request.items.length);
      for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    },
  });

  it.each([
    [{}, 'ApiKey a2V5'],
    [
      {
        TELEMETRY_ELASTICSEARCH_API_KEY: '',
        TELEMETRY_ELASTICSEARCH_USER: 'u',
        TELEMETRY_ELASTICSEARCH_PASSWORD: 'p',
      },
      `Basic ${btoa('u:p')}`,
    ],
  ])('authenticates as the settings say: %j', (more, authorization) => {
    const [request] = exporterOf(elasticsearch, { ...environment, ...more }).encode([log()], nowMs);

    expect(request?.headers.authorization).toBe(authorization);
  });

  it('sends what has a time beyond the range of dates, as embedded metrics may have', () => {
    const [request] = exporterOf(elasticsearch, environment).encode([log({ timeMs: 9e15 })], nowMs);

    expect(JSON.parse(String(request?.body).split('\n')[1] ?? '')).toMatchObject({
      '@timestamp': '1970-01-01T00:00:00.000Z',
    });
  });

  it('asks for an answer that is short however many documents there are', () => {
    const [request] = exporterOf(elasticsearch, environment).encode([log()], nowMs);

    expect(request?.url).toBe('https://elastic.test/_bulk?filter_path=errors,items.*.status,items.*.error.type');
  });

  it.each(['{"errors":false,"took":30,"items":[{"create":{', '{ "took": 30, "ingest_took": 1, "errors": false, "ite'])(
    'does not send again what was taken, where the answer is cut off: %s',
    (head) => {
      const exporter = exporterOf(elasticsearch, environment);
      const [request] = exporter.encode([log()], nowMs);

      expect(request && exporter.judge(answer(200, head), request)).toEqual({ kind: 'delivered' });
    },
  );

  it.each(['{"errors":true,"items":[{"create":{', '{"items":[{"errors":false', '"errors":false', ''])(
    'sends again what nobody has said to be taken: %s',
    (head) => {
      const exporter = exporterOf(elasticsearch, environment);
      const [request] = exporter.encode([log()], nowMs);

      expect(request && exporter.judge(answer(200, head), request)).toMatchObject({ kind: 'retry' });
    },
  );

  it('sends busy documents again, and counts those that the mapping refuses', () => {
    const exporter = exporterOf(elasticsearch, environment);
    const items = [log({ body: 'a' }), log({ body: 'b' }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);
    const body = {
      errors: true,
      items: [
        { create: { status: 201 } },
        { create: { status: 429, error: { type: 'es_rejected_execution_exception' } } },
        { create: { status: 400, error: { type: 'document_parsing_exception' } } },
      ],
    };

    expect(request && exporter.judge(answer(200, body), request)).toEqual({
      kind: 'partial',
      again: [items[1]],
      lost: 1,
      reason: 'elastic.test took all but 2 documents: es_rejected_execution_exception',
    });
  });
});
