import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';

const CHROMIUM = '/usr/bin/chromium';

const HANDLER = `
export const handler = awslambda.streamifyResponse(async ({ rawPath, requestContext, cookies = [], body, isBase64Encoded }, stream) => {
  const begin = (prelude) => awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {}, ...prelude });
  // AWS's client sends the prelude with a write, and not with an end.
  const answer = (prelude, text) => {
    const out = begin(prelude);
    out.write(text);
    out.end();
  };
  const html = { 'content-type': 'text/html; charset=utf-8' };
  if (rawPath === '/') {
    return answer({ headers: html, cookies: ['session=abc; HttpOnly', 'theme=dark'] }, '<title>Shop</title><p id="p">grüezi');
  }
  if (rawPath === '/echo') {
    const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
    return answer(
      { headers: { 'content-type': 'application/json' } },
      JSON.stringify({ method: requestContext.http.method, cookies, text }),
    );
  }
  if (rawPath === '/events') {
    const out = begin({ headers: { 'content-type': 'text/event-stream' } });
    for (const n of [1, 2, 3]) out.write('data: ' + n + '\\n\\n');
    return out.end();
  }
  answer({ statusCode: 404, headers: html }, 'nothing here');
});`;

/** The machine of the checks installs Debian's package, and requires it. */
describe.runIf(existsSync(CHROMIUM) || process.env.REQUIRE_CHROMIUM)("Debian's Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), 'browser-'));
  const elsewhere = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Elsewhere'),
  );
  let browser: Browser;
  let page: Page;
  let emulator: Emulator;
  let url = '';
  let foreign = '';

  beforeAll(async () => {
    writeFileSync(join(folder, 'index.mjs'), HANDLER);
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    foreign = `http://localhost:${(elsewhere.address() as AddressInfo).port}`;
    const cors = { allowOrigins: [foreign], allowMethods: ['PUT'], allowHeaders: ['x-mine'], allowCredentials: true };
    emulator = await startEmulator({ functionDir: folder, optDir: 'none', http: { cors }, timeoutMs: 60_000 });
    url = emulator.httpUrl ?? '';
    // Containers have no sandbox of Chromium's, and little shared memory.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    browser = await puppeteer.launch({ executablePath: CHROMIUM, args, timeout: 0, protocolTimeout: 600_000 });
    page = await browser.newPage();
    page.setDefaultTimeout(0);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await emulator?.close();
    elsewhere.close();
    rmSync(folder, { recursive: true });
  });

  it('shows a page, and keeps its cookies', async () => {
    const response = await page.goto(url);

    expect([response?.status(), await page.title()]).toEqual([200, 'Shop']);
    expect(await page.$eval('#p', ({ textContent }) => textContent)).toBe('grüezi');
    expect(await page.evaluate('document.cookie')).toBe('theme=dark');
  });

  it('sends them back, with what a script posts', async () => {
    await page.goto(url);

    const answer = await page.evaluate(`fetch('/echo', { method: 'POST', body: new URLSearchParams({ a: 'ü' }) })
      .then((response) => response.json())`);

    expect(answer).toEqual({ method: 'POST', cookies: ['session=abc', 'theme=dark'], text: 'a=%C3%BC' });
  });

  it('gets server-sent events', async () => {
    await page.goto(url);

    const events = await page.evaluate(`new Promise((resolve) => {
      const seen = [];
      const source = new EventSource('/events');
      source.onmessage = ({ data }) => seen.push(data) === 3 && (source.close(), resolve(seen));
    })`);

    expect(events).toEqual(['1', '2', '3']);
  });

  it('lets a page of another origin do what CORS allows, and nothing else', async () => {
    await page.goto(foreign);
    const call = (method: string, headers: object) =>
      page.evaluate(`fetch('${url}echo', { method: '${method}', credentials: 'include', headers: ${JSON.stringify(headers)}, body: 'x' })
        .then((response) => response.json(), (error) => error.message)`);

    expect(await call('PUT', { 'x-mine': '1' })).toMatchObject({ method: 'PUT', text: 'x' });
    expect(await call('DELETE', {})).toBe('Failed to fetch');
    expect(await call('PUT', { 'x-other': '1' })).toBe('Failed to fetch');
  });

  it('shows the page of an error', async () => {
    const response = await page.goto(`${url}nowhere`);

    expect([response?.status(), await response?.text()]).toEqual([404, 'nothing here']);
  });
});
