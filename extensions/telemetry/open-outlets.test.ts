import { expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { HostServices } from '../sdk/index.ts';
import { openOutlets } from './open-outlets.ts';
import { settings } from './settings.ts';

const context = {
  functionName: 'shop',
  functionVersion: '1',
  region: 'eu-central-1',
  source: { resource: {}, scope: { name: '' } },
  instanceId: 'i',
};

async function open(environment: Record<string, string>) {
  const problems: string[] = [];
  const say = (problem: string) => void problems.push(problem);
  const host = {
    clock: manualClock(),
    log: { debug: say, info: say, warn: say, error: say },
    settings: (declarations: Parameters<typeof readSettings>[0]) => readSettings(declarations, environment).values,
  } as unknown as HostServices;
  const { values } = readSettings(settings, environment);
  const send = () => Promise.reject(new Error('nothing is sent'));
  const outlets = await openOutlets(values, host, { context, send, onFlushed: () => undefined });
  return { problems, signals: outlets?.all.map((one) => [...one.signals]) };
}

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
