import { expect, it } from 'vitest';
import { exporterOf, log, metric, nowMs, span } from '../../../test/support/builders/exporters.ts';
import type { DestinationType } from './exporter.ts';
import { axiom, dynatrace, grafanaCloud, honeycomb } from './otlp-presets.ts';

const items = [log(), metric('a', { kind: 'gauge', value: 1 }), span()];

it.each<[DestinationType, Record<string, string>, string, Record<string, string>]>([
  [
    axiom,
    { AXIOM_TOKEN: 'xaat-1', AXIOM_DATASET: 'lambda' },
    'https://api.axiom.co',
    { authorization: 'Bearer xaat-1', 'x-axiom-dataset': 'lambda' },
  ],
  [
    honeycomb,
    { LIBHONEY_API_KEY: 'k', LIBHONEY_DATASET: 'metrics', LIBHONEY_API_HOST: 'https://api.eu1.honeycomb.io/' },
    'https://api.eu1.honeycomb.io',
    { 'x-honeycomb-team': 'k', 'x-honeycomb-dataset': 'metrics' },
  ],
  [
    dynatrace,
    { DT_ENDPOINT: 'https://abc12345.live.dynatrace.com', DT_API_TOKEN: 'dt0c01.1' },
    'https://abc12345.live.dynatrace.com/api/v2/otlp',
    { authorization: 'Api-Token dt0c01.1' },
  ],
  [
    grafanaCloud,
    {
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
      GRAFANA_CLOUD_INSTANCE_ID: '12',
      GRAFANA_CLOUD_API_KEY: 'glc_1',
    },
    'https://otlp-gateway-prod-eu-west-2.grafana.net/otlp',
    { authorization: `Basic ${btoa('12:glc_1')}` },
  ],
])('$name sends OTLP in protobuf to where its vendor takes it', (type, environment, base, headers) => {
  const exporter = exporterOf(type, environment);
  const signals = exporter.signals ?? type.signals;
  const requests = exporter.encode(
    items.filter(({ signal }) => signals.includes(signal)),
    nowMs,
  );

  expect(signals).toEqual(type.signals);
  expect(requests.map(({ url }) => url)).toEqual(signals.map((signal) => `${base}/v1/${signal}`));
  for (const request of requests)
    expect(request.headers).toEqual({ ...headers, 'content-type': 'application/x-protobuf' });
});

it('a key of Honeycomb that KMS has encrypted is decrypted', () => {
  expect(honeycomb.withReferences?.({ apiKey: 'AQICAH', kmsKeyId: 'alias/key' })).toEqual({ apiKey: '${kms:AQICAH}' });
});
