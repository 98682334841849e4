import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { handOverLines } from '../../aws-call/hand-over.ts';
import type { Log } from '../../foundation/log.ts';
import { freePort } from '../../test/support/servers/free-port.ts';
import { receiveTexts } from './receive-texts.ts';

async function setUp(isToken: (candidate: string) => boolean | Promise<boolean>) {
  const [port, texts, errors] = [await freePort(), [] as string[], [] as string[]];
  const log = { error: (message: string) => void errors.push(message) } as Log;
  const options = { port, isToken, take: (text: string) => void texts.push(text), log };
  await receiveTexts(options);
  return { options, texts, errors };
}

/** What is answered until the connection ends. */
async function send(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let answer = '';
  socket.on('data', (part) => {
    answer += part;
  });
  socket.on('error', () => undefined).write(bytes);
  await once(socket, 'close');
  return answer;
}

describe('the host without a supervisor', () => {
  it.each<[string, (candidate: string) => boolean | Promise<boolean>]>([
    ['is known', (candidate) => candidate === 'right'],
    ['has to be asked for', async (candidate) => candidate === 'right'],
  ])('takes texts from callers with the right token, which %s', async (_how, isToken) => {
    const { options, texts } = await setUp(isToken);

    expect(await send(options.port, handOverLines('wrong', ['refused']))).toBe('');
    expect(await send(options.port, handOverLines('right', ['hunter2', 'ü\n"']))).toBe('taken\n');
    expect(texts).toEqual(['hunter2', 'ü\n"']);
  });

  it.each([
    ['no token', 'text aHVudGVyMg==\ntexts-end\n'],
    ['HTTP', 'POST / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['another line', 'token right\nready\n'],
    ['a line without an end', `token right\ntext ${'a'.repeat(200_000)}`],
  ])('cuts off a caller that sends %s', async (_what, bytes) => {
    const { options, texts } = await setUp((candidate) => candidate === 'right');

    expect(await send(options.port, bytes)).toBe('');
    expect(texts).toEqual([]);
  });

  it('works without the port, and says what that means', async () => {
    const { options, errors } = await setUp(() => true);

    await receiveTexts(options);

    expect(errors).toEqual([expect.stringMatching(/are not redacted: listen EADDRINUSE/)]);
  });
});
