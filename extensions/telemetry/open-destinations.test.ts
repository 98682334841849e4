import { expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { manualClock } from '../../test/support/builders/manual-clock.ts';
import type { HostServices } from '../sdk/index.ts';
import type { Send } from './deliver/deliver.ts';
import type { ExportRequest } from './exporters/exporter.ts';
import { logItem } from './items/log-line.ts';
import { openOutlets } from './open-destinations.ts';
import { settings } from './settings.ts';

const context = {
  functionName: 'shop',
  functionVersion: '1',
  region: 'eu-central-1',
  source: { resource: {}, scope: { name: '' } },
  instanceId: 'i',
};

async function open(
  environment: Record<string, string>,
  send: Send = () => Promise.reject(new Error('nothing is sent')),
) {
  const problems: string[] = [];
  const say = (problem: string) => void problems.push(problem);
  const host = {
    clock: manualClock(),
    log: { debug: say, info: say, warn: say, error: say },
    settings: (declarations: Parameters<typeof readSettings>[0]) => readSettings(declarations, environment).values,
  } as unknown as HostServices;
  const { values } = readSettings(settings, environment);
  const outlets = await openOutlets(values, host, { context, send, onFlushed: () => undefined });
  return { problems, outlets, signals: outlets?.all.map((one) => [...one.signals]) };
}

it.each([
  ['amid others', 'TELEMETRY_HTTP_HEADERS', 'x-team=shop,authorization=Bearer ${ssm:/key}', 'Bearer a,b=%41{"c"}'],
  ['in JSON', 'TELEMETRY_HTTP_HEADERS', '{"authorization":"Bearer ${ssm:/key}"}', 'Bearer a,b=%41{"c"}'],
  ['that is all of them', 'TELEMETRY_HTTP_HEADERS', '${ssm:/headers}', 'Bearer abc'],
  ['of OTLP', 'TELEMETRY_OTLP_HEADERS', 'authorization=Bearer%20${ssm:/key}', 'Bearer a,b=%41{"c"}'],
])(
  'sends a header %s as its reference has it, whatever characters there are',
  async (_case, variable, headers, expected) => {
    const values: Record<string, string> = { '/key': 'a,b=%41{"c"}', '/headers': 'authorization=Bearer abc' };
    const sent: ExportRequest[] = [];
    const { outlets } = await open(
      {
        TELEMETRY_DESTINATIONS: variable.includes('OTLP') ? 'otlp' : 'http',
        TELEMETRY_HTTP_URL: 'https://vendor.test',
        TELEMETRY_OTLP_ENDPOINT: 'https://vendor.test',
        [variable]: headers,
      },
      async (request) => {
        const isReading = request.sign !== undefined;
        if (!isReading) sent.push(request);
        const Value = isReading ? values[JSON.parse(request.body.toString()).Name] : undefined;
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ Parameter: { Value } })) };
      },
    );

    outlets?.all[0]?.add(logItem('function', context.source, 'function', 0, 'a line'));
    await outlets?.all[0]?.flush(new AbortController().signal);

    expect(sent[0]?.headers.authorization).toBe(expected);
  },
);

it.each([
  ['a key that stands there', 'api-key=abc'],
  ['a key that is read later', 'api-key=${ssm:/otlp/key}'],
  ['headers that are read later', '${ssm:/otlp/headers}'],
])('takes only the signals that OTLP has an endpoint for, with %s', async (_case, headers) => {
  const { signals, problems } = await open({
    TELEMETRY_DESTINATIONS: 'otlp',
    TELEMETRY_OTLP_LOGS_ENDPOINT: 'https://logs.test/v1/logs',
    TELEMETRY_OTLP_HEADERS: headers,
  });

  expect([signals, problems]).toEqual([[['logs']], []]);
});

it('takes all of its signals while it is not known where they go', async () => {
  const { signals } = await open({
    TELEMETRY_DESTINATIONS: 'otlp',
    TELEMETRY_OTLP_ENDPOINT: '${ssm:/otlp/endpoint}',
  });

  expect(signals).toEqual([['logs', 'metrics', 'traces']]);
});
