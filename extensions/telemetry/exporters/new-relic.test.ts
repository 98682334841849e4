import { describe, expect, it } from 'vitest';
import {
  answer,
  bytesOf,
  exporterOf,
  log,
  metric,
  nowMs,
  proveDestination,
  span,
} from '../../../test/support/builders/exporters.ts';
import { newRelic } from './new-relic.ts';

const environment = { NEW_RELIC_LICENSE_KEY: 'eu01key', NR_TAGS: 'team:shop;stage:1' };

describe('new-relic', () => {
  proveDestination({
    type: newRelic,
    environment,
    near: { longest: 1_200_000, most: 3_000 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(1_000_000);
      const [{ common, logs, metrics, spans }] = JSON.parse(request.body as string);
      const most = logs === undefined ? 100 : 255;
      for (const { attributes } of logs ?? metrics ?? spans) {
        expect(Object.keys({ ...common.attributes, ...attributes }).length).toBeLessThanOrEqual(most);
        const longest = logs === undefined ? 4_094 : 128_000;
        for (const value of Object.values(attributes)) expect(String(value).length).toBeLessThanOrEqual(longest);
      }
    },
  });

  it('sends to the endpoint of the region that the license key is of', () => {
    const url = (key: string) => exporterOf(newRelic, { NEW_RELIC_LICENSE_KEY: key }).encode([log()], nowMs)[0]?.url;

    expect(url('eu01xx')).toBe('https://log-api.eu.newrelic.com/log/v1');
    expect(url('jp01xx')).toBe('https://log-api.jp.nr-data.net/log/v1');
    expect(url('0123')).toBe('https://log-api.newrelic.com/log/v1');
  });

  it('cuts values, and leaves out attributes over the limit', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key${index}`, 'v']));
    many.key0 = 'v'.repeat(130_000);
    const [request] = exporterOf(newRelic, environment).encode([log({ attributes: many })], nowMs);

    const [{ common, logs }] = JSON.parse(String(request?.body));
    expect(Object.keys(common.attributes).length + Object.keys(logs[0].attributes).length).toBe(255);
    expect(logs[0].attributes.key0).toBe(`${'v'.repeat(127_995)}[cut]`);
    const sent = Object.keys(logs[0].attributes).filter((name) => name in many).length;
    expect(logs[0].attributes['otel.dropped_attributes_count']).toBe(300 - sent);
  });

  it('keeps JSON in an attribute of a log whole, and cuts it in a span', () => {
    const attributes = { err: { stack: 's'.repeat(100_000) } };
    const [logs, spans] = exporterOf(newRelic, environment).encode([log({ attributes }), span({ attributes })], nowMs);

    expect(JSON.parse(JSON.parse(String(logs?.body))[0].logs[0].attributes.err)).toEqual(attributes.err);
    expect(JSON.parse(String(spans?.body))[0].spans[0].attributes.err).toMatch(/^\{"stack":"s{4000,}\[cut\]$/);
  });

  it('sends what was counted with the interval it was counted in', () => {
    const sum = { kind: 'sum', value: 3, isMonotonic: true, temporality: 'delta' } as const;
    const [request] = exporterOf(newRelic, environment).encode(
      [metric('a', sum, { timeMs: 70_000, startMs: 10_000 }), metric('b', sum, { timeMs: 70_000 })],
      nowMs,
    );

    expect(JSON.parse(String(request?.body))[0].metrics).toMatchObject([
      { name: 'a', type: 'count', value: 3, timestamp: 10_000, 'interval.ms': 60_000 },
      { name: 'b', type: 'count', value: 3, timestamp: 69_999, 'interval.ms': 1 },
    ]);
  });

  it('sends times in whole milliseconds, though an SDK has more digits', () => {
    const sum = { kind: 'sum', value: 3, isMonotonic: true, temporality: 'delta' } as const;
    const items = [span({ timeMs: 70_000.123 }), metric('a', sum, { timeMs: 70_000.9, startMs: 69_990.2 })];
    const [metrics, spans] = exporterOf(newRelic, environment).encode(items, nowMs);

    expect(JSON.parse(String(metrics?.body))[0].metrics[0]).toMatchObject({ timestamp: 69_989, 'interval.ms': 11 });
    expect(JSON.parse(String(spans?.body))[0].spans[0]).toMatchObject({ timestamp: 70_000 });
  });

  it('takes tags with empty parts, labels, and the name of the application', () => {
    const [request] = exporterOf(newRelic, {
      NEW_RELIC_LICENSE_KEY: 'key',
      NR_TAGS: 'team:shop;;stage:1;novalue; :x;',
      NEW_RELIC_LABELS: 'tier:gold;team:other',
    }).encode([log()], nowMs);

    const [{ common }] = JSON.parse(String(request?.body));
    expect(common.attributes).toMatchObject({ team: 'shop', stage: '1', tier: 'gold' });
    expect(Object.keys(common.attributes).filter((key) => key.trim() === '' || key.startsWith('nov'))).toEqual([]);
  });

  it('sends fields of nested JSON as attributes of their own, if it is told to', () => {
    const attributes = { user: { id: 7, address: { city: 'Bonn' }, none: {} }, list: [1, { a: 2 }], 'user.id': 8 };
    const exporter = exporterOf(newRelic, { ...environment, TELEMETRY_NEW_RELIC_FLATTEN: 'true' });
    const [request] = exporter.encode([log({ attributes })], nowMs);

    expect(JSON.parse(String(request?.body))[0].logs[0].attributes).toEqual({
      'user.id': 7,
      'user.id_': 8,
      'user.address.city': 'Bonn',
      'user.none': '{}',
      list: '[1,{"a":2}]',
    });
  });

  it.each([
    ['NEW_RELIC_ENABLED', []],
    ['NEW_RELIC_AGENT_ENABLED', []],
    ['NEW_RELIC_LAMBDA_EXTENSION_ENABLED', []],
    ['NEW_RELIC_EXTENSION_LOGS_ENABLED', ['metrics', 'traces']],
    ['NEW_RELIC_EXTENSION_SEND_LOGS', ['metrics', 'traces']],
    ['NEW_RELIC_EXTENSION_SEND_FUNCTION_LOGS', ['logs', 'metrics', 'traces']],
  ])('obeys %s=false', (variable, signals) => {
    const exporter = exporterOf(newRelic, { ...environment, [variable]: 'false' });

    expect(exporter.signals).toEqual(signals);
    expect(exporter.takes?.(log({ origin: 'function' })) ?? true).toBe(!variable.endsWith('FUNCTION_LOGS'));
    expect(exporter.takes?.(log({ origin: 'platform' })) ?? true).toBe(true);
  });

  it.each(['NEW_RELIC', 'TELEMETRY_NEW_RELIC'])('sends to the endpoints that %s_…_ENDPOINT name', (prefix) => {
    const exporter = exporterOf(newRelic, {
      ...environment,
      [`${prefix}_METRIC_ENDPOINT`]: 'https://proxy.test/m',
      [`${prefix}_TRACE_ENDPOINT`]: 'https://proxy.test/t',
    });
    const requests = exporter.encode([metric('a', { kind: 'gauge', value: 1 }), span()], nowMs);

    expect(requests.map(({ url }) => url)).toEqual(['https://proxy.test/m', 'https://proxy.test/t']);
  });

  it('waits as long as New Relic asks for', () => {
    const exporter = exporterOf(newRelic, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(429, 'slow down', { 'retry-after': '7' }), request)).toEqual({
      kind: 'retry',
      reason: 'log-api.eu.newrelic.com answered 429: slow down',
      afterMs: 7_000,
    });
  });

  it.each([
    [{ licenseKeySecret: 'NEW_RELIC_LICENSE_KEY' }, '${secretsmanager:NEW_RELIC_LICENSE_KEY#LicenseKey}'],
    [{ licenseKeyParameter: '/nr/key' }, '${ssm:/nr/key}'],
    [{ licenseKeySecret: 'a', licenseKey: 'plain' }, 'plain'],
  ])('takes the license key from where the variables of New Relic say: %j', (texts, licenseKey) => {
    expect(newRelic.withReferences?.(texts)).toEqual({ licenseKey });
  });
});
