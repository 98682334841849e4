import { describe, expect, it } from 'vitest';
import {
  answer,
  bytesOf,
  exporterOf,
  log,
  metric,
  nowMs,
  proveDestination,
} from '../../../test/support/builders/exporters.ts';
import { sumoHttp } from './sumo-http.ts';

const environment = {
  SUMO_HTTP_ENDPOINT: 'https://endpoint1.collection.sumologic.com/receiver/v1/http/c2VjcmV0',
  SOURCE_CATEGORY_OVERRIDE: 'prod/{function}',
  TELEMETRY_SUMO_FIELDS: 'team=shop,region={region}',
};

describe('sumo-http', () => {
  proveDestination({
    type: sumoHttp,
    environment,
    near: { longest: 1_200_000, most: 5_000 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(1_000_000);
      if (request.headers['content-type'] !== 'application/x-ndjson') return;
      expect(
        String(request.body)
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toHaveLength(request.items.length);
    },
  });

  it('sends carbon2 if the setting says so', () => {
    const exporter = exporterOf(sumoHttp, { ...environment, TELEMETRY_SUMO_METRICS_FORMAT: 'carbon2' });
    const gauge = metric('duration', { kind: 'gauge', value: 1.5 }, { attributes: { 'cold start': true, empty: '' } });
    const [request] = exporter.encode([gauge], nowMs);

    expect(request?.headers['content-type']).toBe('application/vnd.sumologic.carbon2');
    expect(request?.body).toBe('metric=duration cold_start=true empty=_ unit=ms  1.5 1767323045\n');
  });

  it('does not show its address, which is a secret', () => {
    const exporter = exporterOf(sumoHttp, environment);
    const [request] = exporter.encode([log()], nowMs);

    const verdict = request && exporter.judge(answer(401), request);
    expect(verdict).toEqual({ kind: 'refused', reason: 'endpoint1.collection.sumologic.com answered 401' });
  });

  it('takes an encrypted address where the variable of the original says so', () => {
    const texts = sumoHttp.withReferences?.({ url: 'AQICAH', kmsKeyId: 'alias/sumo', category: 'prod' });

    expect(texts).toEqual({ url: '${kms:AQICAH}', category: 'prod' });
    expect(sumoHttp.withReferences?.({ url: 'https://sumo.test' })).toEqual({ url: 'https://sumo.test' });
    expect(sumoHttp.withReferences?.({ url: 'https://sumo.test', kmsKeyId: 'alias/other' })).toEqual({
      url: 'https://sumo.test',
    });
  });
});
