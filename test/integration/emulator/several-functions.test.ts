import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { startDev } from './dev-command.ts';
import { until } from './stage.ts';

const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const ORDERS = `import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
const client = new LambdaClient({});
export const handler = async (event) => {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'cart', Payload: JSON.stringify(event) }));
  return { orders: JSON.parse(Buffer.from(Payload).toString()) };
};`;
const CART = `export const handler = async (event, { functionName, memoryLimitInMB }) => ({
  event, functionName, memoryLimitInMB, mine: process.env.MINE,
});`;

const FILES = {
  'orders/index.mjs': ORDERS,
  'cart/app.mjs': CART.replace('handler', 'main'),
  'emulator.json': JSON.stringify({
    functions: {
      orders: { directory: 'orders', timeout: 30 },
      cart: { directory: 'cart', handler: 'app.main', memory: 256, env: { MINE: 'yes' } },
    },
  }),
};
const FLAGS = ['--config', 'emulator.json', '--opt-dir', 'none'];

it('a function invokes another one by its name, with the SDK and no setting of its own', async () => {
  await using dev = await startDev(FLAGS, FILES);
  const url = await dev.line(/^http.*\/orders\/invocations$/);
  symlinkSync(resolve('node_modules'), join(dev.folder, 'orders/node_modules'));

  const response = await fetch(url, { method: 'POST', body: '{"a":1}' });

  expect(await response.json()).toEqual({
    orders: { event: { a: 1 }, functionName: 'cart', memoryLimitInMB: '256', mine: 'yes' },
  });
  expect(await dev.line(/^cart platform +\| START/)).toBeDefined();
});

it("AWS's SDK gets ResourceNotFoundException for a name that nobody has", async () => {
  await using dev = await startDev(FLAGS, FILES);
  const endpoint = new URL(await dev.line(/^http/)).origin;
  const client = new LambdaClient({ region: 'us-east-1', endpoint, credentials: CREDENTIALS, maxAttempts: 1 });

  await expect(client.send(new InvokeCommand({ FunctionName: 'gone' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone',
    $metadata: { httpStatusCode: 404 },
  });
});

it('each tenant has an environment of its own, in the command as in the library', async () => {
  const source = 'let count = 0; export const handler = (_, { tenantId }) => tenantId + " " + ++count;';
  const flags = ['--tenant-isolation', '--opt-dir', 'none', '--timeout', '30'];
  await using dev = await startDev(flags, { 'index.mjs': source });
  const endpoint = new URL(await dev.line(/^http/)).origin;
  const client = new LambdaClient({ region: 'us-east-1', endpoint, credentials: CREDENTIALS, maxAttempts: 1 });
  const invoke = async (tenant: string) => {
    const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'function', TenantId: tenant }));
    return JSON.parse(Buffer.from(Payload ?? []).toString());
  };

  const answers = [await invoke('kiwi'), await invoke('plum'), await invoke('kiwi')];

  expect(answers).toEqual(['kiwi 1', 'plum 1', 'kiwi 2']);
  expect(await dev.line(/^function#2 platform +\| START/)).toBeDefined();
});

it('several environments of a function work in parallel', async () => {
  const meets = `import { existsSync, writeFileSync } from 'node:fs';
export const handler = async ({ mine, other }) => {
  writeFileSync(mine, String(process.pid));
  while (!existsSync(other)) await new Promise((resolve) => setTimeout(resolve, 5));
  return process.pid;
};`;
  const meeting = mkdtempSync(join(tmpdir(), 'meeting-'));
  const [one, two] = [join(meeting, 'one'), join(meeting, 'two')];
  await using dev = await startDev(['--environments', '2', '--opt-dir', 'none', '--timeout', '900'], {
    'index.mjs': meets,
  });
  const url = await dev.line(/^http/);
  const call = async (mine: string, other: string) =>
    (await fetch(url, { method: 'POST', body: JSON.stringify({ mine, other }) })).json();

  const pids = await Promise.all([call(one, two), call(two, one)]);

  expect(new Set(pids).size).toBe(2);
  expect(pids.map(String).sort()).toEqual([one, two].map((file) => readFileSync(file, 'utf8')).sort());
  await dev.line(/^function#2 platform +\| REPORT/);
  rmSync(meeting, { recursive: true });
});

it('refuses a file that is wrong, with each problem and its place', async () => {
  await using dev = await startDev(['--config', 'emulator.json'], {
    'emulator.json': JSON.stringify({ functions: { a: { directory: '.', timeuot: 3 } } }),
  });

  const { status, errors } = await dev.ended;

  expect(status).toBe(2);
  expect(errors).toContain('emulator.json: functions.a.timeuot: there is no such setting.');
});

it('each function has its own HTTP front', async () => {
  await using dev = await startDev(['--config', 'emulator.json', '--opt-dir', 'none'], {
    'index.mjs': 'export const handler = (event, { functionName }) => functionName',
    'emulator.json': JSON.stringify({ functions: { a: { directory: '.', http: 0 }, b: { directory: '.', http: 0 } } }),
  });
  const urlsSoFar = () => dev.lines.flatMap((line) => /^HTTP: (.*)/.exec(line)?.[1] ?? []);
  await until(() => urlsSoFar().length === 2);
  const urls = urlsSoFar();

  expect(await Promise.all(urls.map(async (url) => (await fetch(url)).text()))).toEqual(['a', 'b']);
});
