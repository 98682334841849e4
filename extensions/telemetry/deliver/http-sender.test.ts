import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { makePrivateCa } from '../../../test/support/servers/private-ca.ts';
import type { ExportRequest } from '../exporters/exporter.ts';
import { httpSender } from './http-sender.ts';

const HELLO = 'hello '.repeat(300);
const never = new AbortController().signal;
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' });

function sender(clock = manualClock(), proxyEnvironment: Record<string, string> = {}, longestMs = 3_000) {
  const one = httpSender({ clock, proxyEnvironment, credentials, longestMs });
  return { ...one, [Symbol.dispose]: one.close };
}

function requestTo(port: number, parts: Partial<ExportRequest> = {}): ExportRequest {
  return { url: `http://127.0.0.1:${port}/in`, headers: { 'x-key': 'k' }, body: HELLO, items: [], ...parts };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('httpSender', () => {
  it('sends the body compressed, with the headers of the request, and returns the answer', async () => {
    const seen: unknown[] = [];
    await using vendor = await startHttpServer(async (request, response) => {
      const { 'x-key': key, 'content-encoding': encoding } = request.headers;
      seen.push(request.method, request.url, key, encoding, gunzipSync(await bodyOf(request)).toString());
      response.writeHead(202, { 'retry-after': '7' }).end('{"ok":true}');
    });
    using sending = sender();

    const { status, headers, body } = await sending.send(requestTo(vendor.port), never);

    expect(seen).toEqual(['POST', '/in', 'k', 'gzip', HELLO]);
    expect([status, headers['retry-after'], body.toString()]).toEqual([202, '7', '{"ok":true}']);
  });

  it('trusts the authority of a destination, and shows the client’s certificate', async () => {
    using ca = makePrivateCa('localhost');
    const [certFile, keyFile] = [`${ca.caFile}.cert`, `${ca.caFile}.key`];
    writeFileSync(certFile, ca.cert);
    writeFileSync(keyFile, ca.key);
    const tls = { ...ca, ca: readFileSync(ca.caFile), requestCert: true, rejectUnauthorized: true };
    await using vendor = await startHttpServer(
      (_request, response) => void response.end('ok'),
      createHttpsServer(tls) as unknown as Server,
    );
    using sending = sender();
    const url = `https://localhost:${vendor.port}/in`;

    const { status } = await sending.send(
      requestTo(vendor.port, { url, connection: { caFile: ca.caFile, certFile, keyFile } }),
      never,
    );

    expect(status).toBe(200);
    await expect(sending.send(requestTo(vendor.port, { url }), never)).rejects.toThrow(/certificate/);
  });

  it('leaves the body as it is where the destination wants that', async () => {
    const seen: unknown[] = [];
    await using vendor = await startHttpServer(async (request, response) => {
      seen.push(request.headers['content-encoding'], (await bodyOf(request)).toString());
      response.end();
    });
    using sending = sender();

    await sending.send(requestTo(vendor.port, { compression: 'none', body: Buffer.from('as it is') }), never);

    expect(seen).toEqual([undefined, 'as it is']);
  });

  it('does not compress what is short, unless it must be', async () => {
    const seen: unknown[] = [];
    await using vendor = await startHttpServer(async (request, response) => {
      seen.push(request.headers['content-encoding']);
      response.end();
    });
    using sending = sender();

    await sending.send(requestTo(vendor.port, { body: 'short' }), never);
    await sending.send(requestTo(vendor.port, { body: 'short', compression: 'gzip' }), never);

    expect(seen).toEqual([undefined, 'gzip']);
  });

  it('signs what goes to AWS', async () => {
    const seen: IncomingMessage['headers'][] = [];
    await using vendor = await startHttpServer((request, response) => {
      seen.push(request.headers);
      response.end();
    });
    using sending = sender(manualClock(Date.UTC(2026, 0, 2, 3, 4, 5)));

    await sending.send(requestTo(vendor.port, { sign: { service: 'logs', region: 'eu-west-1' } }), never);

    expect(seen[0]).toMatchObject({
      'x-amz-date': '20260102T030405Z',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260102\/eu-west-1\/logs\/aws4_request, SignedHeaders=content-encoding;host;.*x-key, Signature=[0-9a-f]{64}$/,
      ),
    });
  });
});
