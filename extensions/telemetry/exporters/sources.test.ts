import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../foundation/settings.ts';
import { log, metric, nowMs, span } from '../../../test/support/builders/exporters.ts';
import type { Item, LogItem, MetricItem, Source } from '../items/item.ts';
import { lambdaSource, ownerNames } from '../items/source.ts';
import { destinationTypes } from './catalog.ts';
import type { ExporterContext } from './exporter.ts';

const ofOwner = { serviceName: 'checkout', resourceAttributes: 'team=payments,deployment.environment.name=prod' };
const source = lambdaSource(ofOwner, {
  name: 'orders',
  version: '1',
  memoryMb: 128,
  region: 'eu-central-1',
  instanceId: 'i1',
});
const context: ExporterContext = {
  functionName: 'orders',
  functionVersion: '1',
  region: 'eu-central-1',
  source,
  ownerNames: ownerNames(ofOwner),
  instanceId: 'i1',
};

/** Each with what it needs, and once more where metrics go another way. */
const destinations: [string, string, Record<string, string>][] = [
  ['otlp', 'otlp', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://o', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
  ['datadog', 'datadog', { DD_API_KEY: 'k' }],
  ['new-relic', 'new-relic', { NEW_RELIC_LICENSE_KEY: 'k' }],
  ['splunk-hec', 'splunk-hec', { SPLUNK_HEC_URL: 'https://s', SPLUNK_HEC_TOKEN: 't' }],
  [
    'splunk-hec with an index for metrics',
    'splunk-hec',
    { SPLUNK_HEC_URL: 'https://s', SPLUNK_HEC_TOKEN: 't', SPLUNK_METRICS_INDEX: 'm' },
  ],
  ['sumo-http', 'sumo-http', { SUMO_HTTP_ENDPOINT: 'https://s' }],
  ['sumo-http in carbon2', 'sumo-http', { SUMO_HTTP_ENDPOINT: 'https://s', TELEMETRY_SUMO_METRICS_FORMAT: 'carbon2' }],
  ['cloudwatch-logs', 'cloudwatch-logs', { TELEMETRY_CLOUDWATCH_LOGS_GROUP: 'g' }],
  [
    'cloudwatch-logs with a namespace for metrics',
    'cloudwatch-logs',
    { TELEMETRY_CLOUDWATCH_LOGS_GROUP: 'g', TELEMETRY_CLOUDWATCH_LOGS_METRICS_NAMESPACE: 'n' },
  ],
  ['kinesis', 'kinesis', { TELEMETRY_KINESIS_STREAM: 's' }],
  ['elasticsearch', 'elasticsearch', { TELEMETRY_ELASTICSEARCH_URL: 'https://e' }],
  ['http', 'http', { TELEMETRY_HTTP_URL: 'https://h' }],
  ['s3', 's3', { TELEMETRY_S3_BUCKET: 'b' }],
  ['firehose', 'firehose', { TELEMETRY_FIREHOSE_STREAM: 's' }],
];

describe.each(destinations)('%s', (_title, name, environment) => {
  it('is told what the owner of the function has set, with every signal', async () => {
    const bodies = await sent([log({ source }), metric('m', sum(1), { source }), span({ source })]);

    for (const body of bodies) for (const value of ['checkout', 'payments', 'prod']) expect(body).toContain(value);
  });

  it('can tell apart what two services of SDKs have counted', async () => {
    const [body = ''] = await sent([counted('svc-a', 1), counted('svc-b', 10)]);

    expect(body).toMatch(/svc-a/);
    expect(body).toMatch(/svc-b/);
    expect(body).not.toMatch(/[":{ ]11[",} ]/);
  });

  it('is told the scope and the name of an event, which is the message where there is no body', async () => {
    const [body = ''] = await sent([event('user.login', null)]);

    for (const text of ['shop', '1.2.3', 'user.login']) expect(body).toContain(text);
    if (name !== 'otlp')
      for (const key of ['otel.scope.name', 'otel.scope.version', 'event.name']) expect(body).toContain(key);
    if (name !== 'otlp') expect(body).toMatch(/message(\\*":)\s*\\*"[^,]*user\.login/);
    expect(body).not.toMatch(/message\\*":(null|\\*"null)/);
  });

  it('gets no 0 where no value was recorded', async () => {
    const missing = { ...counted('svc-a', 0), otlp: { flags: 1 } };
    const [body = ''] = await sent([missing]);

    if (name === 'otlp') expect(body).toContain('"flags":1');
    else expect(body).not.toMatch(/svc-a.*[ :]0[,} ]|"value\\*":0/);
  });

  async function sent(items: readonly Item[]): Promise<string[]> {
    const type = await destinationTypes.get(name)?.();
    if (type === undefined) throw new Error(`There is no destination ${name}.`);
    const { values } = readSettings(type.settings, environment);
    const taken = items.filter(({ signal }) => type.signals.includes(signal));
    const bodies: string[] = [];
    for (const request of type.exporter(values, context).encode(taken, nowMs)) {
      if (request !== undefined) bodies.push(readable(String(request.body)));
    }
    return bodies;
  }
});

/** Firehose has base64 in its body. */
function readable(body: string): string {
  const data = [...body.matchAll(/"Data":"([^"]*)"/g)].map(([, text = '']) => Buffer.from(text, 'base64').toString());
  return data.length === 0 ? body : data.join('');
}

function sdk(service: string): Source {
  return { resource: { 'service.name': service, 'process.pid': 7 }, scope: { name: 'shop', version: '1.2.3' } };
}

function sum(value: number) {
  return { kind: 'sum', value, isMonotonic: true, temporality: 'delta' } as const;
}

function counted(service: string, value: number): MetricItem {
  return metric('requests', sum(value), { origin: 'otlp', type: 'otlp', source: sdk(service) });
}

function event(eventName: string, body: LogItem['body']): LogItem {
  return log({ origin: 'otlp', type: 'otlp', source: sdk('svc-a'), body, otlp: { eventName } });
}
