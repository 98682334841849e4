import { describe, expect, it } from 'vitest';
import { exporterOf, metric, nowMs, oneOfEach } from '../../../test/support/builders/exporters.ts';
import type { Environment } from '../../sdk/index.ts';
import { settings as frontSettings } from '../settings.ts';
import { destinationTypes } from './catalog.ts';
import type { DestinationType } from './exporter.ts';

const types = await Promise.all([...destinationTypes.values()].map((load) => load()));
const ofLambda = metric('faas.invocations', { kind: 'gauge', value: 1 }, { origin: 'platform' });
const items = [...oneOfEach, ofLambda];

/** What a variable must change, and a value that changes it. `with` is what it needs beside what is required. */
type Case = readonly [variable: string, value: string, changes: Change, beside?: Environment];
type Change = 'url' | 'headers' | 'body' | 'connection' | 'compression' | 'what is sent' | 'key';

const https = 'https://other.test';
const signals = ['', '_LOGS', '_METRICS', '_TRACES'];
const OTEL = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.test' };

const cases: Readonly<Record<string, { required: Environment; honoured: readonly Case[] }>> = {
  datadog: {
    required: { DD_API_KEY: 'key' },
    honoured: [
      ['DD_API_KEY', 'another', 'headers'],
      ['DD_API_KEY_SECRET_ARN', 'arn:aws:secretsmanager:eu-central-1:1:secret:dd', 'key'],
      ['DD_API_KEY_SSM_ARN', '/dd/key', 'key'],
      ['DD_KMS_API_KEY', 'Y2lwaGVy', 'key'],
      ['DD_SITE', 'datadoghq.eu', 'url'],
      ['DD_SERVICE', 'shop', 'body'],
      ['DD_ENV', 'prod', 'body'],
      ['DD_VERSION', '7', 'body'],
      ['DD_TAGS', 'team:a', 'body'],
      ['DD_LOGS_CONFIG_LOGS_DD_URL', https, 'url'],
      ['DD_DD_URL', https, 'url'],
      ['DD_ENHANCED_METRICS', 'false', 'url'],
      ['DD_SERVERLESS_LOGS_ENABLED', 'false', 'what is sent'],
      [
        'DD_LOGS_CONFIG_PROCESSING_RULES',
        '[{"type":"exclude_at_match","name":"a","pattern":"payment"}]',
        'what is sent',
      ],
      ['DD_PROXY_HTTPS', 'http://proxy.test:3128', 'connection'],
      ['DD_TLS_CERT_FILE', '/ca.pem', 'connection'],
    ],
  },
  'new-relic': {
    required: { NEW_RELIC_LICENSE_KEY: 'key' },
    honoured: [
      ['NEW_RELIC_LICENSE_KEY', 'eu01xx', 'url'],
      ['NEW_RELIC_LICENSE_KEY_SECRET', 'nr', 'key', { NEW_RELIC_LICENSE_KEY: '' }],
      ['NEW_RELIC_LICENSE_KEY_SSM_PARAMETER_NAME', '/nr', 'key', { NEW_RELIC_LICENSE_KEY: '' }],
      ['NEW_RELIC_LOG_ENDPOINT', `${https}/log`, 'url'],
      ['NEW_RELIC_METRIC_ENDPOINT', `${https}/metric`, 'url'],
      ['NEW_RELIC_TRACE_ENDPOINT', `${https}/trace`, 'url'],
      ['NEW_RELIC_APP_NAME', 'shop', 'body'],
      ['NEW_RELIC_LABELS', 'team:a', 'body'],
      ['NEW_RELIC_ENABLED', 'false', 'what is sent'],
      ['NEW_RELIC_AGENT_ENABLED', 'false', 'what is sent'],
      ['NEW_RELIC_LAMBDA_EXTENSION_ENABLED', 'false', 'what is sent'],
      ['NEW_RELIC_EXTENSION_LOGS_ENABLED', 'false', 'what is sent'],
      ['NEW_RELIC_EXTENSION_SEND_LOGS', 'false', 'what is sent'],
      ['NEW_RELIC_EXTENSION_SEND_FUNCTION_LOGS', 'false', 'what is sent'],
      ['NR_TAGS', 'team:a', 'body'],
      ['NR_ENV_DELIMITER', '|', 'body', { NR_TAGS: 'a:b|c:d' }],
    ],
  },
  'splunk-hec': {
    required: { SPLUNK_HEC_URL: 'https://splunk.test:8088', SPLUNK_HEC_TOKEN: 'token' },
    honoured: [
      ['SPLUNK_HEC_URL', https, 'url'],
      ['SPLUNK_HEC_TOKEN', 'another', 'headers'],
      ['SPLUNK_INDEX', 'main', 'body'],
      ['SPLUNK_METRICS_INDEX', 'metrics', 'body'],
      ['SPLUNK_SOURCE', 'a', 'body'],
      ['SPLUNK_SOURCETYPE', 'a', 'body'],
      ['SPLUNK_HOST', 'a', 'body'],
    ],
  },
  'sumo-http': {
    required: { SUMO_HTTP_ENDPOINT: 'https://sumo.test/receiver' },
    honoured: [
      ['SUMO_HTTP_ENDPOINT', `${https}/receiver`, 'url'],
      ['KMS_KEY_ID', 'key-id', 'key', { SUMO_HTTP_ENDPOINT: 'Y2lwaGVy' }],
      ['SOURCE_CATEGORY_OVERRIDE', 'prod/shop', 'headers'],
    ],
  },
  otlp: {
    required: OTEL,
    honoured: signals.flatMap((signal): Case[] => [
      [`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`, `${https}/v1`, 'url'],
      [`OTEL_EXPORTER_OTLP${signal}_HEADERS`, 'a=b', 'headers'],
      [`OTEL_EXPORTER_OTLP${signal}_PROTOCOL`, 'http/json', 'body'],
      [`OTEL_EXPORTER_OTLP${signal}_COMPRESSION`, 'none', 'compression'],
      [`OTEL_EXPORTER_OTLP${signal}_CERTIFICATE`, '/ca.pem', 'connection'],
      [
        `OTEL_EXPORTER_OTLP${signal}_CLIENT_CERTIFICATE`,
        '/cert.pem',
        'connection',
        { OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem' },
      ],
      [
        `OTEL_EXPORTER_OTLP${signal}_CLIENT_KEY`,
        '/key.pem',
        'connection',
        { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/cert.pem' },
      ],
    ]),
  },
  axiom: {
    required: { AXIOM_TOKEN: 'token', AXIOM_DATASET: 'logs' },
    honoured: [
      ['AXIOM_TOKEN', 'another', 'headers'],
      ['AXIOM_DATASET', 'another', 'headers'],
      ['AXIOM_URL', https, 'url'],
    ],
  },
  honeycomb: {
    required: { LIBHONEY_API_KEY: 'key' },
    honoured: [
      ['LIBHONEY_API_KEY', 'another', 'headers'],
      ['KMS_KEY_ID', 'key-id', 'key'],
      ['LIBHONEY_DATASET', 'logs', 'headers'],
      ['LIBHONEY_API_HOST', https, 'url'],
    ],
  },
  dynatrace: {
    required: { DT_ENDPOINT: 'https://dt.test', DT_API_TOKEN: 'token' },
    honoured: [
      ['DT_ENDPOINT', https, 'url'],
      ['DT_API_TOKEN', 'another', 'headers'],
    ],
  },
  'grafana-cloud': {
    required: {
      GRAFANA_CLOUD_OTLP_ENDPOINT: 'https://grafana.test/otlp',
      GRAFANA_CLOUD_INSTANCE_ID: '1',
      GRAFANA_CLOUD_API_KEY: 'key',
    },
    honoured: [
      ['GRAFANA_CLOUD_OTLP_ENDPOINT', https, 'url'],
      ['GRAFANA_CLOUD_INSTANCE_ID', '2', 'headers'],
      ['GRAFANA_CLOUD_API_KEY', 'another', 'headers'],
    ],
  },
};

function typeOf(name: string): DestinationType {
  const type = types.find((one) => one.name === name);
  if (type === undefined) throw new Error(`there is no destination ${name}`);
  return type;
}

/** All that can be observed of a destination that has these variables. */
function observed(type: DestinationType, environment: Environment): Record<Change, unknown> {
  const texts = Object.entries(type.settings).flatMap(([key, { variable }]) => {
    const text = environment[variable];
    return text ? [[key, text] as const] : [];
  });
  const resolved = type.withReferences?.(Object.fromEntries(texts)) ?? Object.fromEntries(texts);
  const exporter = exporterOf(type, environment);
  const sent = items.filter(
    (item) => (exporter.signals ?? type.signals).includes(item.signal) && (exporter.takes?.(item) ?? true),
  );
  const requests = exporter.encode(sent, nowMs);
  return {
    url: requests.map(({ url }) => url),
    headers: requests.map(({ headers }) => headers),
    body: requests.map(({ body }) => String(body)),
    connection: requests.map(({ connection }) => connection),
    compression: requests.map(({ compression }) => compression),
    'what is sent': sent.map((item) => items.indexOf(item)),
    key: Object.values(resolved).filter((text) => text?.startsWith('${')),
  };
}

describe.each(Object.entries(cases))(
  'each variable that the page of %s calls honoured',
  (name, { required, honoured }) => {
    const rows = honoured.map(([variable, value, changes, beside = {}]) => ({ variable, value, changes, beside }));

    it.each(rows)('$variable has its effect', ({ variable, value, changes, beside }) => {
      const before = observed(typeOf(name), { ...required, ...beside });

      const after = observed(typeOf(name), { ...required, ...beside, [variable]: value });

      expect(after[changes]).not.toEqual(before[changes]);
      if (changes === 'key') expect(after.key).toEqual([expect.stringMatching(/^\$\{(secretsmanager|ssm|kms):/)]);
    });
  },
);

it('is in the table above', () => {
  const ofVendors = types.map(({ name, settings }) => [
    name,
    Object.values(settings)
      .map(({ variable }) => variable)
      // AWS's endpoints are tested in aws-call.
      .filter((variable) => !/^(TELEMETRY|AWS)_/.test(variable))
      .sort(),
  ]);

  const tested = types.map(({ name }) => [name, (cases[name]?.honoured ?? []).map(([variable]) => variable).sort()]);
  expect(tested).toEqual(ofVendors);
});

it('or is a setting of another part', () => {
  const elsewhere = types.flatMap(({ readElsewhere = [] }) => readElsewhere);
  const known = Object.values(frontSettings).map(({ variable }) => variable);

  expect(elsewhere.filter((variable) => !known.includes(variable))).toEqual([]);
});
