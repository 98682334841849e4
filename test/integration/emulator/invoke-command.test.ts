import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { isEmulator } from '../../../emulator/invoke-at.ts';
import { startCommand, startDev } from './dev-command.ts';

const FILES = {
  'index.mjs': `export const handler = async (event) => {
  console.log('told');
  if (event.fails) throw new TypeError('no');
  return { event, mine: process.env.MINE };
}`,
  'event.json': '{"from":"a file"}',
  'my.env': 'MINE=yes',
  'bad.env': 'NODE_OPTIONS=--no-such-flag',
};
const ONE_SHOT = ['invoke', '--opt-dir', 'none'];

async function run(words: readonly string[], input?: string) {
  await using command = await startCommand(words, FILES, input);
  return await command.ended;
}

it('prints the payload alone to standard output, of a function that it starts', async () => {
  const { status, output, errors } = await run([...ONE_SHOT, '--event', 'event.json', '--env', 'my.env']);

  expect([status, output, errors]).toEqual([0, '{"event":{"from":"a file"},"mine":"yes"}\n', '']);
});

it('reads the event from standard input', async () => {
  const { output } = await run([...ONE_SHOT, '--event', '-'], '{"from":"a pipe"}');

  expect(JSON.parse(output).event).toEqual({ from: 'a pipe' });
});

it('reads an event that PowerShell wrote, with a byte order mark', async () => {
  const { output } = await run([...ONE_SHOT, '--event', '-'], '\uFEFF{"from":"Windows"}');

  expect(JSON.parse(output).event).toEqual({ from: 'Windows' });
});

it('takes a program that never answers for no emulator, and sends it no POST', async () => {
  const methods: (string | undefined)[] = [];
  const server = createServer(({ method }) => void methods.push(method)).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const isOne = await isEmulator(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  server.closeAllConnections();
  server.close();

  expect([isOne, methods]).toEqual([false, ['GET']]);
});

it('prints the end of the log to standard error with --tail', async () => {
  const { errors } = await run([...ONE_SHOT, '--tail']);

  expect(errors).toMatch(/^START RequestId: .*\n.*\ttold\nEND RequestId: .*\nREPORT RequestId: /);
});

it('ends with status 1 when the function failed, and prints its error', async () => {
  const { status, output } = await run([...ONE_SHOT, '--event', '-'], '{"fails":true}');

  expect([status, JSON.parse(output)]).toEqual([
    1,
    expect.objectContaining({ errorType: 'TypeError', errorMessage: 'no' }),
  ]);
});

it('says how to see why a process ended, whose last words the payload does not have', async () => {
  const { status, errors } = await run([...ONE_SHOT, '--env', 'bad.env']);

  expect([status, errors]).toEqual([1, expect.stringContaining('--tail prints the end of the log')]);
});

it('ends with status 3 when nobody answers', async () => {
  const { status, output, errors } = await run(['invoke', '--url', 'http://127.0.0.1:9']);

  expect([status, output]).toEqual([3, '']);
  expect(errors).toContain('Nobody answers at http://127.0.0.1:9');
});

it.each([
  [['--sample', 'nothing'], '--sample is "nothing": expected alb, apigw-v1'],
  [['--event', 'gone.json'], '--event is "gone.json": ENOENT'],
  [['--event', 'event.json', '--sample', 'sqs'], 'Use --event or --sample, not both.'],
])('ends with status 2 for flags that are wrong: %s', async (flags, problem) => {
  const { status, errors } = await run([...ONE_SHOT, ...flags]);

  expect(status).toBe(2);
  expect(errors).toContain(problem);
});

it('sends a sample event', async () => {
  const { output } = await run([...ONE_SHOT, '--sample', 'sqs']);

  expect(JSON.parse(output).event.Records[0].eventSource).toBe('aws:sqs');
});

it('prints a sample event for a file', async () => {
  const { output } = await run(['invoke', '--sample', 's3', '--print-event']);

  expect(JSON.parse(output).Records[0].eventSource).toBe('aws:s3');
});

it('invokes a function of an emulator that runs, by its name', async () => {
  await using dev = await startDev(['--config', 'emulator.json', '--opt-dir', 'none'], {
    ...FILES,
    'emulator.json': JSON.stringify({ functions: { cart: { directory: '.', env: { MINE: 'cart' } } } }),
  });
  const url = await dev.line(/^http/);

  const { status, output, errors } = await run(['invoke', '--url', url, '--function-name', 'cart']);
  const unknown = await run(['invoke', '--url', url, '--function-name', 'gone']);

  expect([status, output]).toEqual([0, '{"event":{},"mine":"cart"}\n']);
  expect(errors).toBe(`Invoked by the emulator at ${url}.\n`);
  expect([unknown.status, JSON.parse(unknown.output)]).toEqual([
    3,
    { Type: 'User', Message: 'Function not found: arn:aws:lambda:us-east-1:123456789012:function:gone' },
  ]);
});

it('invokes the emulator at the usual port, if one runs and no flag describes another function', async () => {
  await using dev = await startCommand(['dev', '--port', '8080', '--opt-dir', 'none', '--function-name', 'dev'], FILES);
  await dev.line(/^http/);

  const found = await run(['invoke']);
  const own = await run([...ONE_SHOT]);

  expect(found.errors).toBe('Invoked by the emulator at http://127.0.0.1:8080.\n');
  expect([found.status, own.status, own.errors]).toEqual([0, 0, '']);
});
