import { describe, expect, it } from 'vitest';
import {
  answer,
  bytesOf,
  exporterOf,
  log,
  metric,
  nowMs,
  oneOfEach,
  proveDestination,
} from '../../../test/support/builders/exporters.ts';
import type { LogItem, MetricItem } from '../items/item.ts';
import { datadog } from './datadog.ts';
import { sumsBySecond } from './metric-sums.ts';

const environment = {
  DD_API_KEY: 'key',
  DD_SITE: 'datadoghq.eu',
  DD_ENV: 'prod',
  DD_VERSION: '1.2',
  DD_TAGS: 'team:shop,layer:api stage:1',
};

describe('datadog', () => {
  proveDestination({
    type: datadog,
    environment,
    near: { longest: 1_200_000, most: 2_500 },
    order: (items) => (items[0]?.signal === 'metrics' ? sumsBySecond(items as readonly MetricItem[]).flat() : items),
    expectWithinLimits(request) {
      const content = JSON.parse(request.body as string);
      if (request.url.endsWith('/api/v2/logs')) {
        expect(bytesOf(request)).toBeLessThanOrEqual(5_000_000);
        expect(content.length).toBeLessThanOrEqual(1_000);
        for (const one of content) expect(Buffer.byteLength(JSON.stringify(one))).toBeLessThanOrEqual(1_000_000);
      } else {
        expect(bytesOf(request)).toBeLessThanOrEqual(512_000);
      }
    },
  });

  it('cuts a message that is too long, and says so', () => {
    const [request] = exporterOf(datadog, environment).encode([log({ body: 'x'.repeat(1_100_000) })], nowMs);

    const [{ message }] = JSON.parse(String(request?.body));
    expect(message).toMatch(/^x{900000,}\[cut\]$/);
  });

  it('puts attributes into the message as JSON, which may not overwrite it', () => {
    const message = (fields: Partial<LogItem>) => {
      const [request] = exporterOf(datadog, environment).encode([log(fields)], nowMs);
      return JSON.parse(String(request?.body))[0].message;
    };

    expect(message({ body: 'a line' })).toBe('a line');
    expect(message({ body: 'a line', attributes: { message: 'other', user: { id: 1 } }, requestId: 'r1' })).toBe(
      '{"message":"a line","lambda":{"request_id":"r1"},"message_":"other","user":{"id":1}}',
    );
    expect(message({ body: { event: 'started' }, requestId: 'r1' })).toBe(
      '{"event":"started","lambda":{"request_id":"r1"}}',
    );
  });

  it.each<[string, Partial<LogItem>, unknown, string?]>([
    [
      'ids of dd-trace',
      { traceId: 'a'.repeat(32), attributes: { dd: { trace_id: '7', service: 's' } } },
      { message: 'a line', otel: { trace_id: 'a'.repeat(32) }, dd: { trace_id: '7', service: 's' } },
    ],
    [
      'a text under the name of our ids',
      { requestId: 'r1', attributes: { lambda: 'calculus', lambda_: 'beta' } },
      { message: 'a line', lambda: { request_id: 'r1' }, lambda__: 'calculus', lambda_: 'beta' },
    ],
    [
      'an object as message, and a field of the same name',
      { body: { id: 1, a: 2 }, attributes: { id: 3 } },
      { message: { id: 1, a: 2 }, id: 3 },
    ],
    ['tags', { attributes: { ddtags: 'a:b, c:d', x: 1 } }, { message: 'a line', x: 1 }, 'a:b,c:d'],
    ['tags in a line without a message', { body: { ddtags: ['a:b'], x: 1 } }, { x: 1 }, 'a:b'],
    ['something else under the name of tags', { attributes: { ddtags: 7 } }, { message: 'a line', ddtags: 7 }],
  ])('sends a line with %s whole', (_what, fields, expected, tags = '') => {
    const [request] = exporterOf(datadog, environment).encode([log(fields)], nowMs);

    const [{ message, ddtags }] = JSON.parse(String(request?.body));
    expect(JSON.parse(message)).toEqual(expected);
    expect(ddtags).toMatch(new RegExp(`service:orders,?${tags}$`));
  });

  it('adds up the counts of one second, and moves later ones to another second', () => {
    const exporter = exporterOf(datadog, environment);
    const invocation = (timeMs: number) =>
      metric('invocations', { kind: 'sum', value: 1, isMonotonic: true, temporality: 'delta' }, { timeMs });
    const pointsOf = (...times: number[]) => {
      const [request] = exporter.encode(times.map(invocation), nowMs);
      return JSON.parse(String(request?.body)).series.flatMap(({ points }: { points: unknown[] }) => points);
    };

    expect(pointsOf(10_100, 10_200, 11_000)).toEqual([
      { timestamp: 10, value: 2 },
      { timestamp: 11, value: 1 },
    ]);
    expect(pointsOf(11_900)).toEqual([{ timestamp: 12, value: 1 }]);
  });

  it('gives tags of DogStatsD back as they were sent', () => {
    const attributes = { vip: '', shop: ['a', 'b'], x: 'y' };
    const data = { kind: 'gauge', value: 1 } as const;
    const items = ['dogstatsd', 'function'].map((type) => metric('a', data, { type, attributes }));

    const [request] = exporterOf(datadog, environment).encode(items, nowMs);

    const [first, second] = JSON.parse(String(request?.body)).series;
    expect(first.tags.slice(-4)).toEqual(['vip', 'shop:a', 'shop:b', 'x:y']);
    expect(second.tags.slice(-3)).toEqual(['vip:', 'shop:["a","b"]', 'x:y']);
  });

  it('counts a metric without a finite number as lost', () => {
    const exporter = exporterOf(datadog, environment);
    const items = [metric('a', { kind: 'gauge', value: Number.NaN }), metric('b', { kind: 'gauge', value: 1 })];
    const [request] = exporter.encode(items, nowMs);

    expect(JSON.parse(String(request?.body)).series).toHaveLength(1);
    expect(request && exporter.judge(answer(202), request)).toEqual({
      kind: 'partial',
      again: [],
      lost: 1,
      reason: 'metrics whose value is not a finite number',
    });
  });

  it.each([
    [202, 'delivered'],
    [400, 'rejected'],
    [401, 'refused'],
    [403, 'refused'],
    [408, 'retry'],
    [413, 'split'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
  ])('judges status %i as %s', (status, kind) => {
    const exporter = exporterOf(datadog, environment);
    const [request] = exporter.encode(oneOfEach.slice(0, 1), nowMs);

    expect(request && exporter.judge(answer(status), request)).toMatchObject({ kind });
  });

  it.each([
    [
      { apiKeySecretArn: 'arn:secret', apiKey: 'plain' },
      '${secretsmanager:arn:secret#dd_api_key|apiKey|api_key|DD_API_KEY|}',
    ],
    [{ apiKeySsmArn: '/dd/key' }, '${ssm:/dd/key}'],
    [{ apiKeyCiphertext: 'AQIC' }, '${kms:AQIC}'],
    [{ apiKey: 'plain' }, 'plain'],
  ])('takes the API key from where the variables of Datadog say: %j', (texts, apiKey) => {
    expect(datadog.withReferences?.(texts)).toEqual({ apiKey });
  });

  it('names the variable of an invalid address and does not quote it', () => {
    expect(() => exporterOf(datadog, { ...environment, DD_DD_URL: 'http://a b' })).toThrow(
      'DD_DD_URL or DD_SITE is not an address: expected one like https://host:8088',
    );
  });

  it('masks what its rules mask in the message with its attributes, and takes no log that they exclude', () => {
    const exporter = exporterOf(datadog, {
      ...environment,
      DD_LOGS_CONFIG_PROCESSING_RULES: JSON.stringify([
        { type: 'exclude_at_match', name: 'health', pattern: 'GET /health' },
        { type: 'mask_sequences', name: 'card', pattern: '4[0-9]{15}', replace_placeholder: '[card]' },
      ]),
    });
    const [request] = exporter.encode(
      [log({ body: 'paid by 4111111111111111', attributes: { number: '4222222222222222' } })],
      nowMs,
    );

    const [{ message }] = JSON.parse(String(request?.body));
    expect(JSON.parse(message)).toEqual({ message: 'paid by [card]', number: '[card]' });
    expect(exporter.takes?.(log({ body: 'GET /health' }))).toBe(false);
    expect(exporter.takes?.(log({ body: 'GET /orders' }))).toBe(true);
  });

  it('obeys DD_SERVERLESS_LOGS_ENABLED, DD_PROXY_HTTPS and DD_TLS_CERT_FILE', () => {
    const exporter = exporterOf(datadog, {
      ...environment,
      DD_SERVERLESS_LOGS_ENABLED: 'false',
      DD_PROXY_HTTPS: 'proxy:3128',
      DD_TLS_CERT_FILE: '/ca.pem',
    });
    const [request] = exporter.encode([metric('a', { kind: 'gauge', value: 1 })], nowMs);

    expect(exporter.signals).toEqual(['metrics']);
    expect(request?.connection).toEqual({ proxy: 'proxy:3128', caFile: '/ca.pem' });
  });
});
