import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDashboard } from '../../../emulator/dashboard/open-dashboard.ts';
import type { Dashboard } from '../../../emulator/dashboard/server.ts';
import { type Emulator, startEmulator } from '../../../emulator/index.ts';
import { startDev } from './dev-command.ts';

const CHROMIUM = '/usr/bin/chromium';
const HANDLER = `export const handler = async ({ lines = 1 }) => {
  for (let line = 0; line < lines; line++) console.log('<i>line</i> ' + line);
  return { lines };
};`;

const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
let emulator: Emulator;
let dashboard: Dashboard;
beforeAll(async () => {
  writeFileSync(join(folder, 'index.mjs'), HANDLER);
  const feed = createDashboard();
  const options = { functionDir: folder, optDir: 'none', timeoutMs: 300_000, environment: { API_KEY: 'hidden' } };
  emulator = await startEmulator({
    ...options,
    onLine: (line) => feed.line(line, 0),
    onRecord: (record) => feed.record(record, 0),
    onTimeline: (entry) => feed.timeline(entry, 0),
  });
  const watched = { name: 'shop', emulator, options: { ...options, functionName: 'shop', environments: 1 } };
  dashboard = await feed.open([watched], 0);
});
afterAll(async () => {
  await Promise.all([dashboard?.close(), emulator?.close()]);
  rmSync(folder, { recursive: true });
});

/** As a program or page with these headers would call it. */
function statusOf(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: dashboard.port, path, headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once('error', reject).end();
  });
}

describe('who may see the dashboard', () => {
  const path = () => new URL(dashboard.url).pathname;

  it('a caller that has its URL', async () => {
    expect(await statusOf(path())).toBe(200);
    expect(await statusOf('/')).toBe(404);
    expect(await statusOf(`/${'0'.repeat(32)}/`)).toBe(404);
  });

  it('no page of another origin, even with the URL', async () => {
    expect(await statusOf(path(), { origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf(`${path()}act`, { origin: 'http://evil.example' }, 'POST')).toBe(403);
    expect(await statusOf(path(), { 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('no page under a name of its own that leads here', async () => {
    expect(await statusOf(path(), { host: `evil.example:${dashboard.port}` })).toBe(403);
  });

  it('is told what is wrong with an action', async () => {
    const response = await fetch(`${dashboard.url}act`, {
      method: 'POST',
      body: '{"environment":0,"action":{"do":"fly"}}',
    });

    expect([response.status, await response.text()]).toEqual([400, 'There is no action "fly".']);
  });
});

it('ends the command if the port of the dashboard is in use', async () => {
  await using command = await startDev(['--dashboard', String(dashboard.port), '--opt-dir', 'none'], {
    'index.mjs': HANDLER,
  });

  const { status, errors } = await command.ended;
  expect([status, errors]).toEqual([
    1,
    expect.stringContaining(`--dashboard is "${dashboard.port}": listen EADDRINUSE`),
  ]);
});

describe.runIf(existsSync(CHROMIUM) || process.env.REQUIRE_CHROMIUM)('the page', () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    browser = await puppeteer.launch({ executablePath: CHROMIUM, args, timeout: 0, protocolTimeout: 600_000 });
    page = await browser.newPage();
    page.setDefaultTimeout(0);
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(dashboard.url);
    await until(`text('connection') === 'live'`);
  }, 300_000);
  afterAll(() => browser?.close());

  const HELPERS = `const text = (id) => document.getElementById(id).textContent;
    const rows = () => [...document.querySelectorAll('#rows li')].map(({ textContent }) => textContent);`;
  const until = (condition: string) => page.waitForFunction(`(() => { ${HELPERS} return ${condition}; })()`);
  const get = (expression: string) => page.evaluate(`(() => { ${HELPERS} return ${expression}; })()`);
  /** By the keyboard alone. */
  const enter = async (id: string, value: string) => {
    await page.focus(`#${id}`);
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type(value);
  };

  it('invokes by the keyboard, and shows answer, state, processes, bars and lines, as text', async () => {
    await enter('event', '{"lines":2}');
    await page.focus('#invoke button');
    await page.keyboard.press('Enter');

    await until(`text('answer') === '{"lines":2}'`);
    await until(`rows().some((row) => row.includes('<i>line</i> 1'))`);
    await until(`document.querySelector('.phase.frozen')?.textContent === 'idle'`);
    await until(
      `document.querySelectorAll('.bar.init').length === 1 && document.querySelectorAll('.bar.invoke').length === 1`,
    );
  });

  it('stays fluid with 100,000 records, and finds one', async () => {
    await enter('event', '{"lines":100000}');
    await page.focus('#invoke button');
    await page.keyboard.press('Enter');
    await until(`Number(text('count').split(' of ')[1]) > 100000`);

    await enter('search', 'line</i> 99999');
    await until(`text('count').startsWith('1 of ')`);

    expect(await get('rows()')).toEqual([expect.stringContaining('<i>line</i> 99999')]);
    expect(await get(`document.querySelectorAll('#rows li').length`)).toBeLessThan(100);
  });

  it('copies what was clicked as a test, without the values of variables', async () => {
    await page.click('#copy');
    await until(`text('answer').includes('startEmulator')`);
    const code = String(await get(`text('answer')`));

    expect(code).toContain('await emulator.invoke({"lines":2});');
    expect(code).toContain(`"API_KEY": process.env["API_KEY"]`);
    expect(code).not.toContain('hidden');
  });

  it('says that an event is not JSON, and shuts the environment down', async () => {
    await enter('event', '{');
    await page.click('#invoke button');
    await until(`text('answer').startsWith('The event is not JSON')`);

    await page.evaluate(
      `[...document.querySelectorAll('.environment button')].find(({ textContent }) => textContent.includes('spindown')).click()`,
    );
    await until(`document.querySelector('.phase').textContent === 'cold'`);
  });

  it('opens a saved run', async () => {
    const file = join(folder, 'run.json');
    const message = { id: 1, atMs: 0, environment: 0, kind: 'hint', text: 'from the file' };
    writeFileSync(
      file,
      JSON.stringify({
        version: 1,
        introduction: {
          environments: [{ name: 'saved', initializationType: 'on-demand' }],
          samples: [],
          options: { functionDir: '.', variables: [] },
        },
        messages: [message],
      }),
    );
    await enter('search', ' ');
    await page.keyboard.press('Backspace');
    await enter('event', '{"lines":1}');
    await page.click('#invoke button');
    await until(`document.querySelectorAll('#processes tr').length > 0`);
    const input = await page.$('input#open');
    await input?.uploadFile(file);

    await until(`text('connection').startsWith('shows run.json')`);
    await until(`rows().length === 1 && rows()[0] === 'hint: from the file'`);
    expect(await get(`document.querySelector('.environment strong').textContent`)).toBe('saved');
    expect(await get(`document.querySelectorAll('#processes tr').length`)).toBe(0);
    await page.click('#invoke button');
    await until(`text('answer').startsWith('This is a saved run')`);
  });

  it('has had no error', () => {
    expect(errors).toEqual([]);
  });
});
