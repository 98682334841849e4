import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/emulator', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'frameworks-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function serve(name: string, method = 'handler'): Promise<Emulator> {
  await build({
    entryPoints: [join(FIXTURES, `${name}.mjs`)],
    outfile: join(folder, `${name}.mjs`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return startEmulator({
    functionDir: folder,
    handler: `${name}.${method}`,
    optDir: 'none',
    http: {},
    timeoutMs: 60_000,
  });
}

describe('Hono', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await serve('hono-app');
  });
  afterAll(() => emulator.close());
  const at = (path: string, init?: RequestInit) => fetch(new URL(path, emulator.httpUrl), init);

  it('reads path and query', async () => {
    const answer = (await (await at('/hello/j%C3%BCrgen?tag=a&tag=b')).json()) as { name: string; url: string };

    expect(answer.name).toBe('jürgen');
    expect(new URL(answer.url).host).toBe(new URL(emulator.httpUrl ?? '').host);
  });

  it('reads a form', async () => {
    const response = await at('/form', { method: 'POST', body: new URLSearchParams({ name: 'ü&=', b: '2' }) });

    expect(await response.json()).toEqual({ name: 'ü&=', b: '2' });
  });

  it('reads a file of a form with parts', async () => {
    const body = new FormData();
    body.append('field', 'text');

    expect(await (await at('/form', { method: 'POST', body })).json()).toEqual({ field: 'text' });
  });

  it('takes and sends bytes', async () => {
    const bytes = new Uint8Array(256).map((_, at) => at);

    const response = await at('/bytes', { method: 'POST', body: bytes });

    expect(response.headers.get('content-type')).toBe('image/png');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('reads and sets cookies', async () => {
    const response = await at('/cookies', { headers: { cookie: 'a=1; b=2' } });

    expect(await response.json()).toEqual({ a: '1', b: '2' });
    expect(response.headers.getSetCookie()).toEqual(['first=%C3%BC; Path=/; HttpOnly', 'second=2; Path=/']);
  });

  it('redirects', async () => {
    const response = await at('/go');

    expect([response.redirected, await response.json()]).toEqual([true, expect.objectContaining({ name: 'there' })]);
  });

  it('answers CORS itself', async () => {
    const preflight = { origin: 'http://localhost:5173', 'access-control-request-method': 'GET' };

    const response = await at('/shared/data', { method: 'OPTIONS', headers: preflight });

    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'http://localhost:5173',
    ]);
  });

  it('answers 404', async () => {
    expect((await at('/nowhere')).status).toBe(404);
  });

  it('streams', async () => {
    await using streaming = await serve('hono-app', 'streaming');

    const response = await fetch(new URL('/stream', streaming.httpUrl));
    const json = await fetch(new URL('/hello/you', streaming.httpUrl));

    expect(await response.text()).toBe('one two three');
    expect(await json.json()).toMatchObject({ name: 'you' });
  });
});

describe("Powertools' router", () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await serve('powertools-app');
  });
  afterAll(() => emulator.close());
  const at = (path: string, init?: RequestInit) => fetch(new URL(path, emulator.httpUrl), init);

  it('finds a route', async () => {
    expect(await (await at('/orders/7')).json()).toEqual({ id: '7' });
  });

  it('takes JSON, and sends a status and headers', async () => {
    const headers = { 'content-type': 'application/json' };

    const response = await at('/orders', { method: 'POST', headers, body: '{"item":"ü"}' });

    expect([response.status, response.headers.get('location'), await response.json()]).toEqual([
      201,
      '/orders/7',
      { item: 'ü' },
    ]);
  });

  it('sends bytes', async () => {
    expect([...new Uint8Array(await (await at('/bytes')).arrayBuffer())]).toEqual([0, 1, 255]);
  });

  it('answers 404', async () => {
    expect((await at('/nowhere')).status).toBe(404);
  });
});
