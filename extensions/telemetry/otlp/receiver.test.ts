import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
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

interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Buffer;
}

function messageIn({ contentType, body }: Answer): string {
  return contentType === jsonType ? JSON.parse(String(body)).message : readStatusMessage(body);
}

async function startReceiver() {
  const items: Item[] = [];
  const refusals: string[] = [];
  const handle = otlpReceiver({ onItems: (some) => items.push(...some), compactor: compactor(), nowMs: () => 0 });
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
