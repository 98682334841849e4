import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { startDev } from './dev-command.ts';
import { alarmClock, setStage, until } from './stage.ts';

const TIMEOUT_MS = 3_000;
const WAITS = `
export const handler = async () => {
  console.log('begun');
  return await new Promise((resolve) => {
    globalThis.finish = resolve;
    setInterval(() => {}, 1_000);
  });
};`;

/** A client of Chrome's debugging protocol, as VS Code has one. */
async function attach(port: number | undefined) {
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve));
  const replies = new Map<number, (reply: { result: { result: { value: unknown } } }) => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data));
    replies.get(message.id)?.(message);
  });
  await opened;
  let last = 0;
  const send = (method: string, params: object = {}) =>
    new Promise<{ result: { result: { value: unknown } } }>((resolve) => {
      replies.set(++last, resolve);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
  return {
    url: target?.webSocketDebuggerUrl,
    evaluate: async (expression: string) => (await send('Runtime.evaluate', { expression })).result.result.value,
    async detach() {
      const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
      socket.close();
      await closed;
    },
  };
}

it('a debugger attaches to the function, which has no time limit meanwhile, and the limit is back when it leaves', async () => {
  const clock = alarmClock(TIMEOUT_MS);
  await using stage = await setStage({ handler: WAITS, inspectPort: 0, timeoutMs: TIMEOUT_MS, clock });
  const { emulator } = stage;
  const first = emulator.invoke();
  await emulator.untilLine(({ text }) => text.endsWith('begun'));

  const client = await attach(emulator.inspectPort);
  clock.ring(TIMEOUT_MS);
  expect(await client.evaluate('typeof finish')).toBe('function');
  await client.evaluate('finish("by the debugger")');
  expect((await first).payload).toBe('"by the debugger"');
  expect(client.url).toContain(`127.0.0.1:${emulator.inspectPort}/`);

  await client.detach();
  await emulator.untilPhase('idle');
  const second = emulator.invoke();
  let isOver = false;
  void second.then(() => (isOver = true));
  // The emulator learns a moment later that the debugger left.
  await until(() => {
    clock.ring(TIMEOUT_MS);
    return isOver;
  });
  expect((await second).json()).toMatchObject({ errorType: 'Sandbox.Timedout' });
});

it('the port stays the same for the next environment, nothing is frozen, and extensions are not inspected', async () => {
  const tells = '#!/bin/sh\necho "options=$NODE_OPTIONS"\nexec sleep 1000\n';
  await using stage = await setStage({
    handler: 'export const handler = () => process.env.NODE_OPTIONS',
    inspectPort: 0,
    extensions: { tells },
    environment: { NODE_OPTIONS: '--no-warnings --inspect=127.0.0.1:0' },
  });
  const { emulator } = stage;
  const seen: unknown[] = [];
  for (let round = 0; round < 2; round++) {
    const init = emulator.init();
    void stage.extensionNext(await stage.register('tells'));
    await init;
    const client = await attach(emulator.inspectPort);
    seen.push(await client.evaluate('process.env.NODE_OPTIONS'));
    await client.detach();
    expect(emulator.isFrozen).toBe(false);
    await emulator.shutdown();
  }

  expect(seen).toEqual(['--no-warnings --inspect=127.0.0.1:0', '--no-warnings --inspect=127.0.0.1:0']);
  expect(emulator.lines.map(({ text }) => text)).toContain('options=--no-warnings');
});

it('only one environment has the port that was asked for, and a port that is taken ends the command', async () => {
  const files = { 'index.mjs': 'export const handler = () => 1' };
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const flags = ['--inspect', String(port), '--environments', '2', '--opt-dir', 'none'];

  await using taken = await startDev(flags, files);
  expect(await taken.ended).toMatchObject({ status: 1, errors: expect.stringContaining(`port ${port}`) });
  server.close();
  await using running = await startDev(flags, files);
  await running.line(new RegExp(`^A debugger finds .*:${port}\\.$`));
  await running.line(new RegExp(`^A debugger finds .*:(?!${port}\\.)\\d+\\.$`));
});
