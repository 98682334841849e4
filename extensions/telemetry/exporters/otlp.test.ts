import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Environment, readSettings } from '../../../foundation/settings.ts';
import {
  answer,
  batches,
  exporterContext,
  exporterOf,
  log,
  metric,
  nowMs,
  oneOfEach,
  proveDestination,
  span,
} from '../../../test/support/builders/exporters.ts';
import type { Signal } from '../items/item.ts';
import { decodeProtobuf } from '../otlp/decode-protobuf.ts';
import { encodeResponse } from '../otlp/response.ts';
import { otlp } from './otlp.ts';

const endpoint = 'https://otlp.vendor.example';
const gauge = metric('queue', { kind: 'gauge', value: 1 });
const sentBy = (environment: Environment) => exporterOf(otlp, environment).encode([log(), gauge, span()], nowMs);

describe('otlp', () => {
  proveDestination({
    type: otlp,
    environment: { TELEMETRY_OTLP_ENDPOINT: endpoint, TELEMETRY_OTLP_PROTOCOL: 'http/json' },
    near: { longest: 1_200_000, most: 12_000 },
    expectWithinLimits({ body, items }) {
      expect(Buffer.byteLength(body as string)).toBeLessThanOrEqual(1_000_000);
      expect(items.length).toBeLessThanOrEqual(5_000);
    },
  });

  it('keeps the limits in protobuf as well, with each item in one request', { timeout: 60_000 }, () => {
    const environment = {
      TELEMETRY_OTLP_ENDPOINT: endpoint,
      TELEMETRY_OTLP_MAX_BYTES: '20000',
      TELEMETRY_OTLP_MAX_ITEMS: '70',
    };
    fc.assert(
      fc.property(batches({ longest: 25_000, most: 500 }), (items) => {
        const requests = exporterOf(otlp, environment).encode(items, nowMs);

        for (const { body, url, items: sent } of requests) {
          expect(body.length).toBeLessThanOrEqual(20_000);
          expect(sent.length).toBeLessThanOrEqual(70);
          const { items: read, rejected } = decodeProtobuf(url.split('/').at(-1) as Signal, body as Uint8Array, nowMs);
          expect([read.length, rejected]).toEqual([sent.length, 0]);
        }
        expect(new Set(requests.flatMap(({ items: sent }) => sent))).toEqual(new Set(items));
        expect(requests.reduce((sum, { items: sent }) => sum + sent.length, 0)).toBe(items.length);
      }),
      { numRuns: 50, seed: 4711 },
    );
  });

  it('marks what it had to cut', () => {
    const environment = { TELEMETRY_OTLP_ENDPOINT: endpoint, TELEMETRY_OTLP_MAX_BYTES: '10000' };
    const items = [log({ body: 'x'.repeat(20_000) }), span({ attributes: { big: 'x'.repeat(20_000) } })];

    const [line, ofSpan] = exporterOf(otlp, environment).encode(items, nowMs);

    const [cutLine] = decodeProtobuf('logs', line?.body as Uint8Array, nowMs).items;
    expect(cutLine).toMatchObject({ body: expect.stringMatching(/^x{9000,}\[cut\]$/) });
    expect(decodeProtobuf('traces', ofSpan?.body as Uint8Array, nowMs).items).toMatchObject([
      { attributes: { 'telemetry.cut': true } },
    ]);
  });
});

describe('where it goes', () => {
  it('is the endpoint for all signals with the path of each, or the endpoint of a signal as it is', () => {
    const requests = sentBy({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otlp.vendor.example/api/otlp/',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.vendor.example/v2/trace/otlp',
    });

    expect(requests.map(({ url }) => url)).toEqual([
      'https://otlp.vendor.example/api/otlp/v1/logs',
      'https://otlp.vendor.example/api/otlp/v1/metrics',
      'https://traces.vendor.example/v2/trace/otlp',
    ]);
  });

  it('is nowhere for a signal without an endpoint, and the exporter reports that signal as not taken', () => {
    const environment = { TELEMETRY_OTLP_TRACES_ENDPOINT: 'https://traces.vendor.example/v1/traces' };

    expect(exporterOf(otlp, environment).signals).toEqual(['traces']);
    expect(sentBy(environment).map(({ url }) => url)).toEqual(['https://traces.vendor.example/v1/traces']);
  });

  it('follows our own variables alone if they have an endpoint: the others, and their keys, are for the SDK', () => {
    const requests = sentBy({
      TELEMETRY_OTLP_ENDPOINT: endpoint,
      TELEMETRY_OTLP_HEADERS: 'api-key=ours',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://localhost:4318/v1/logs',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'api-key=theirs',
    });

    expect(requests.map(({ url, headers, compression }) => ({ url, headers, compression }))).toEqual(
      ['logs', 'metrics', 'traces'].map((signal) => ({
        url: `${endpoint}/v1/${signal}`,
        headers: { 'api-key': 'ours', 'content-type': 'application/x-protobuf' },
        compression: undefined,
      })),
    );
  });

  it('connects with the files of certificates of each signal, also beside an endpoint of ours', () => {
    const requests = sentBy({
      TELEMETRY_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
      OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: '/metrics-ca.pem',
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: '/client.pem',
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: '/client.key',
    });

    expect(requests.map(({ connection }) => connection)).toEqual([
      { caFile: '/ca.pem' },
      { caFile: '/metrics-ca.pem' },
      { caFile: '/ca.pem', certFile: '/client.pem', keyFile: '/client.key' },
    ]);
  });

  it('follows the standard variables if ours have no endpoint; each of ours takes precedence', () => {
    const [logs, metrics] = sentBy({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key%3D,x-tenant=shop',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'api-key=for%20logs',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      TELEMETRY_OTLP_PROTOCOL: 'http/json',
      TELEMETRY_OTLP_METRICS_COMPRESSION: 'none',
    });

    expect([logs?.headers, metrics?.headers]).toEqual([
      { 'api-key': 'for logs', 'content-type': 'application/json' },
      { 'api-key': 'a key=', 'x-tenant': 'shop', 'content-type': 'application/json' },
    ]);
    expect([logs?.compression, metrics?.compression]).toEqual(['gzip', 'none']);
  });

  it.each([
    'http://localhost:4318',
    'http://127.0.0.1:4318/',
    'http://[::1]:4318',
    'http://0.0.0.0:4318',
    'http://sandbox.localdomain:4318',
    'localhost:4318',
  ])('is never our own receiver: %s', (address) => {
    expect(() => sentBy({ OTEL_EXPORTER_OTLP_ENDPOINT: address })).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT is the port 4318 of this environment, where this extension itself listens',
    );
    expect(() => sentBy({ TELEMETRY_OTLP_LOGS_ENDPOINT: `${address}/v1/logs` })).toThrow(
      'TELEMETRY_OTLP_LOGS_ENDPOINT is the port 4318',
    );
  });

  it('may be another program of the environment', () => {
    const { values } = readSettings(otlp.settings, { TELEMETRY_OTLP_ENDPOINT: 'http://localhost:4318' });

    const exporter = otlp.exporter(values, { ...exporterContext, otlpPort: 5318 });

    const [request] = exporter.encode([log()], nowMs);
    expect(request?.url).toBe('http://localhost:4318/v1/logs');
  });

  it.each([
    [{}, 'otlp has no endpoint: set TELEMETRY_OTLP_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT'],
    [
      { TELEMETRY_OTLP_ENDPOINT: 'https://a secret' },
      'TELEMETRY_OTLP_ENDPOINT is not an address: expected one like https://host:8088',
    ],
    [
      { TELEMETRY_OTLP_ENDPOINT: endpoint, TELEMETRY_OTLP_PROTOCOL: 'grpc' },
      'TELEMETRY_OTLP_PROTOCOL is grpc, which is not supported: set TELEMETRY_OTLP_PROTOCOL to http/protobuf, and TELEMETRY_OTLP_ENDPOINT to an endpoint for HTTP',
    ],
    [
      { TELEMETRY_OTLP_ENDPOINT: endpoint, TELEMETRY_OTLP_HEADERS: 'api-key=a%0Asecret' },
      'TELEMETRY_OTLP_HEADERS has a name or value that HTTP does not allow: expected name=value,name=value',
    ],
  ])('is explained if it is impossible: %j', (environment, message) => {
    expect(() => sentBy(environment)).toThrow(new Error(message));
  });

  it.each([
    ['https://logs.eu-central-1.amazonaws.com/v1/logs', { service: 'logs', region: 'eu-central-1' }],
    ['https://logs.us-gov-west-1.amazonaws.com/v1/logs', { service: 'logs', region: 'us-gov-west-1' }],
    ['https://vpce-1.logs.eu-west-1.vpce.amazonaws.com/v1/logs', { service: 'logs', region: 'eu-west-1' }],
    ['https://xray.us-east-1.amazonaws.com/v1/traces', { service: 'xray', region: 'us-east-1' }],
    ['https://monitoring.us-east-1.amazonaws.com/v1/metrics', { service: 'monitoring', region: 'us-east-1' }],
    ['https://logs.eu-central-1.amazonaws.com.evil.example/v1/logs', undefined],
    ['https://logs.vendor.example/v1/logs', undefined],
  ])('is signed for AWS: %s', (address, sign) => {
    expect(sentBy({ TELEMETRY_OTLP_LOGS_ENDPOINT: address })[0]?.sign).toEqual(sign);
  });

  it('is signed for the service that a setting names, and not if there is a token', () => {
    const own = { TELEMETRY_OTLP_ENDPOINT: 'https://pipeline.example', TELEMETRY_OTLP_SIGV4_SERVICE: 'osis' };
    const cloudWatch = 'https://logs.eu-central-1.amazonaws.com/v1/logs';

    expect(sentBy(own)[0]?.sign).toEqual({ service: 'osis', region: 'eu-central-1' });
    expect(
      sentBy({ TELEMETRY_OTLP_LOGS_ENDPOINT: cloudWatch, TELEMETRY_OTLP_HEADERS: 'Authorization=Bearer%20t' })[0],
    ).not.toHaveProperty('sign');
  });
});

describe('its judgement', () => {
  const exporter = exporterOf(otlp, { TELEMETRY_OTLP_ENDPOINT: endpoint });
  const [request] = exporter.encode([log(), log({ body: 'another' }), log({ body: 'a third' })], nowMs);
  const judge = (status: number, body: unknown = '', headers: Record<string, string> = {}) =>
    exporter.judge(
      body instanceof Uint8Array ? { status, headers, body: Buffer.from(body) } : answer(status, body, headers),
      request as NonNullable<typeof request>,
    );
  const json = { 'content-type': 'application/json' };
  const protobuf = { 'content-type': 'application/x-protobuf' };
  const said = 'otlp.vendor.example';

  it.each([
    [200, '', {}],
    [200, '{}', json],
    [202, 'accepted', { 'content-type': 'text/plain' }],
    [200, { partialSuccess: {} }, json],
    [200, { partialSuccess: { rejectedLogRecords: '0', errorMessage: 'a hint' } }, json],
    [200, encodeResponse('logs', false, { rejected: 0, message: 'a hint' }), protobuf],
    [200, 'not JSON', json],
  ])('of %i %j: delivered', (status, body, headers) => {
    expect(judge(status, body, headers)).toEqual({ kind: 'delivered' });
  });

  it.each([
    [{ partialSuccess: { rejectedLogRecords: '2', errorMessage: 'too old' } }, json],
    [{ partialSuccess: { rejectedSpans: 2, errorMessage: 'too old' } }, json],
    [encodeResponse('logs', false, { rejected: 2, message: 'too old' }), protobuf],
    [encodeResponse('logs', false, { rejected: 2, message: 'too old' }), {}],
  ])('of a partial success: the rest is lost and never sent again', (body, headers) => {
    expect(judge(200, body, headers)).toEqual({
      kind: 'partial',
      again: [],
      lost: 2,
      reason: `${said} rejected 2 of 3: too old`,
    });
  });

  it('never counts more as lost than it had sent', () => {
    expect(judge(200, { partialSuccess: { rejectedLogRecords: '99' } }, json)).toMatchObject({ lost: 3 });
  });

  it.each([429, 502, 503, 504])('of %i: again, after the time that it names', (status) => {
    expect(judge(status, 'busy', { 'retry-after': '7' })).toEqual({
      kind: 'retry',
      reason: `${said} answered ${status}: busy`,
      afterMs: 7_000,
    });
  });

  it.each([
    [413, 'split'],
    [401, 'refused'],
    [403, 'refused'],
    [400, 'rejected'],
    [500, 'rejected'],
  ])('of %i: %s', (status, kind) => {
    expect(judge(status)).toEqual({ kind, reason: `${said} answered ${status}` });
  });

  it('quotes the sentence of a status in protobuf', () => {
    const status = Buffer.from([0x08, 0x03, 0x12, 0x07, ...Buffer.from('bad key')]);

    expect(judge(401, status, protobuf)).toEqual({ kind: 'refused', reason: `${said} answered 401: bad key` });
  });
});

it('shows none of its keys, nor addresses, which may hold one', () => {
  const shown = Object.keys(otlp.settings).filter((key) => !otlp.sensitive.includes(key as never));

  expect(shown.filter((key) => /header|endpoint/i.test(key))).toEqual([]);
  expect(otlp.sensitive).toHaveLength(16);
});

it('takes an item of every kind', () => {
  expect(exporterOf(otlp, { TELEMETRY_OTLP_ENDPOINT: endpoint }).encode(oneOfEach, nowMs)).toHaveLength(3);
});
