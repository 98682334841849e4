import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { serveLoopback } from '../../../foundation/http-server.ts';
import { aLog } from '../../../test/support/builders/telemetry-items.ts';
import { compactor } from '../items/compact.ts';
import type { Item, LogItem } from '../items/item.ts';
import { encodeJson } from './encode-json.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { otlpReceiver } from './receiver.ts';
import { readPartialSuccess, readStatusMessage } from './response.ts';

const protobufType = 'application/x-protobuf';
const jsonType = 'application/json';
const lines = [aLog('first'), aLog('second')];
const limitBytes = 4 * 1024 * 1024;

describe.each([
  [protobufType, encodeProtobuf.logs(lines), ''],
  [jsonType, encodeJson.logs(lines), '{}'],
])('%s', (contentType, body, empty) => {
  it('is taken, plain or by gzip, and answered in its own encoding', async () => {
    await using receiver = await startReceiver();

    const plain = await receiver.post('/v1/logs', body, { 'content-type': contentType });
    const zipped = await receiver.post('/v1/logs', gzipSync(body), {
      'content-type': `${contentType}; charset=utf-8`,
      'content-encoding': 'gzip',
    });

    expect([plain, zipped]).toEqual([
      { status: 200, contentType, body: Buffer.from(empty) },
      { status: 200, contentType, body: Buffer.from(empty) },
    ]);
    expect(receiver.items.map((item) => (item as LogItem).body)).toEqual(['first', 'second', 'first', 'second']);
  });

  it('that is not an OTLP request is answered 400, with a sentence', async () => {
    await using receiver = await startReceiver();

    const broken = await receiver.post('/v1/logs', Buffer.from(body).subarray(0, -1), { 'content-type': contentType });
    const notGzip = await receiver.post('/v1/logs', body, { 'content-type': contentType, 'content-encoding': 'gzip' });

    expect([broken, notGzip].map(({ status, contentType: type }) => [status, type])).toEqual([
      [400, contentType],
      [400, contentType],
    ]);
    expect([broken, notGzip].map((answer) => messageIn(answer))).toEqual([
      contentType === jsonType ? 'not JSON' : 'not a message of OTLP in protobuf',
      'the body is not gzip',
    ]);
  });

  it('that is too long is answered 413, also if it is too long only after decompression', async () => {
    await using receiver = await startReceiver();
    const long = Buffer.alloc(limitBytes + 1, 0x20);

    const plain = await receiver.post('/v1/logs', long, { 'content-type': contentType });
    const zipped = await receiver.post('/v1/logs', gzipSync(long), {
      'content-type': contentType,
      'content-encoding': 'gzip',
    });

    expect([plain.status, zipped.status, receiver.items]).toEqual([413, 413, []]);
  });
});

it.each([
  ['logs', 'rejectedLogRecords', { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, 1, {}] }] }] }],
  ['metrics', 'rejectedDataPoints', { resourceMetrics: [{ scopeMetrics: [{ metrics: [1] }] }] }],
  ['traces', 'rejectedSpans', { resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] }],
])('returns how many %s could not be read, and keeps the others', async (signal, key, body) => {
  await using receiver = await startReceiver();

  const answer = await receiver.post(`/v1/${signal}`, JSON.stringify(body), { 'content-type': jsonType });

  expect(JSON.parse(String(answer.body))).toEqual({
    partialSuccess: { [key]: '1', errorMessage: '1 could not be read' },
  });
  expect(receiver.items).toHaveLength(signal === 'logs' ? 2 : 0);
});

it('names the problem in protobuf as well', async () => {
  await using receiver = await startReceiver();
  const bytes = Buffer.from(encodeProtobuf.logs(lines));
  bytes[bytes.indexOf('second') - 1] = 0x7f;

  const answer = await receiver.post('/v1/logs', bytes, { 'content-type': protobufType });

  expect(readPartialSuccess(answer.body, false)).toEqual({ rejected: 1, message: '1 could not be read' });
  expect(receiver.items).toHaveLength(1);
});

it.each([
  [404, 'POST', '/v1/profiles', jsonType, 'the paths are /v1/logs, /v1/metrics and /v1/traces'],
  [405, 'GET', '/v1/logs', jsonType, 'only POST is allowed'],
  [415, 'POST', '/v1/logs', 'text/plain', `the content type must be ${protobufType} or ${jsonType}`],
])('answers %i to %s %s of %s', async (status, method, path, contentType, message) => {
  await using receiver = await startReceiver();

  const answer = await receiver.post(path, '', { 'content-type': contentType }, method);

  expect([answer.status, messageIn(answer)]).toEqual([status, message]);
});

it('answers 415 to a compression that it does not know', async () => {
  await using receiver = await startReceiver();

  const answer = await receiver.post('/v1/logs', '', { 'content-type': jsonType, 'content-encoding': 'br' });

  expect([answer.status, messageIn(answer)]).toEqual([415, 'the content encoding must be gzip or none']);
});

it('survives a sender that disconnects in the middle', async () => {
  await using receiver = await startReceiver();
  const leaving = httpRequest({
    port: receiver.port,
    method: 'POST',
    path: '/v1/logs',
    headers: { 'content-length': 9 },
  });
  leaving.on('error', () => {});
  leaving.setHeader('content-type', jsonType);
  await new Promise((resolve) => leaving.write('{', resolve));
  leaving.destroy();

  const answer = await receiver.post('/v1/logs', encodeJson.logs(lines), { 'content-type': jsonType });

  expect([answer.status, receiver.refusals.filter((reason) => reason.includes('our own'))]).toEqual([200, []]);
});

describe('a request that would take long', () => {
  const many = (count: number, record = {}) =>
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: Array.from({ length: count }, () => record) }] }] });
  const request = (field: number, content: Uint8Array) => {
    const length = new BinaryWriter().uint32(content.length).finish();
    return Buffer.concat([Buffer.from([(field << 3) | 2]), length, content]);
  };

  it('because of its many records is taken in part, and the rest is counted', async () => {
    await using receiver = await startReceiver();
    const empty = request(1, request(2, Buffer.from(Array.from({ length: 60_000 }, () => [0x12, 0]).flat())));

    const json = await receiver.post('/v1/logs', many(60_000), { 'content-type': jsonType });
    const protobuf = await receiver.post('/v1/logs', empty, { 'content-type': protobufType });

    expect(receiver.items).toHaveLength(100_000);
    const partials = [readPartialSuccess(json.body, true), readPartialSuccess(protobuf.body, false)];
    expect(partials.map((partial) => partial?.rejected)).toEqual([10_000, 10_000]);
  });

  it.each([
    ['records', jsonType, many(1_300_000)],
    ['attributes', jsonType, many(1, { attributes: Array.from({ length: 1_300_000 }, () => ({})) })],
    ['records', protobufType, request(1, request(2, Buffer.alloc(3_000_000, Buffer.from([0x12, 0]))))],
    ['malformed records', protobufType, request(1, request(2, Buffer.alloc(3_000_000, Buffer.from([0x12, 1, 0x0a]))))],
    ['attributes', protobufType, request(1, request(2, request(2, Buffer.alloc(3_000_000, Buffer.from([0x32, 0])))))],
  ])('because of its %s is refused soon, as %s', async (_what, contentType, body) => {
    await using receiver = await startReceiver();
    const before = process.cpuUsage();

    const answer = await receiver.post('/v1/logs', gzipSync(body), {
      'content-type': contentType,
      'content-encoding': 'gzip',
    });

    const { user, system } = process.cpuUsage(before);
    expect([answer.status, messageIn(answer)]).toEqual([
      413,
      expect.stringMatching(/^the limit of a request is 300000 /),
    ]);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });

  it('because of a number of a million digits is read without it', async () => {
    await using receiver = await startReceiver();
    const before = process.cpuUsage();

    const answer = await receiver.post('/v1/logs', many(3, { timeUnixNano: '1'.repeat(1_000_000) }), {
      'content-type': jsonType,
    });

    const { user, system } = process.cpuUsage(before);
    expect(readPartialSuccess(answer.body, true)?.rejected).toBe(3);
    expect((user + system) / 1_000).toBeLessThan(500);
  });

  it('is announced, and a short one is not', async () => {
    const announced: number[] = [];
    await using receiver = await startReceiver((cpuMs) => announced.push(cpuMs));

    await receiver.post('/v1/logs', many(1), { 'content-type': jsonType });
    await receiver.post('/v1/logs', many(40_000), { 'content-type': jsonType });

    expect(announced).toEqual([expect.closeTo(120, -1)]);
  });
});

interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Buffer;
}

function messageIn({ contentType, body }: Answer): string {
  return contentType === jsonType ? JSON.parse(String(body)).message : readStatusMessage(body);
}

async function startReceiver(announceWork: (cpuMs: number) => void = () => undefined) {
  const items: Item[] = [];
  const refusals: string[] = [];
  const handle = otlpReceiver({
    onItems: (some) => items.push(...some),
    compactor: compactor(),
    nowMs: () => 0,
    announceWork,
  });
  const { port, close } = await serveLoopback({
    handle,
    on: { port: 0 },
    onRefused: (reason) => refusals.push(reason),
  });
  return {
    port,
    items,
    refusals,
    async post(
      path: string,
      body: string | Uint8Array,
      headers: Record<string, string>,
      method = 'POST',
    ): Promise<Answer> {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers,
        ...(method === 'POST' && { body: Buffer.from(body) }),
      });
      const contentType = response.headers.get('content-type');
      return { status: response.status, contentType, body: Buffer.from(await response.arrayBuffer()) };
    },
    [Symbol.asyncDispose]: close,
  };
}
