import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, it } from 'vitest';
import { runtimeApi } from '../../../lambda-api/runtime-api.ts';
import { decodeEventStream } from './decode-event-stream.ts';
import { requestIdOf, type Stage, setStage } from './stage.ts';

const MEGABYTE = Buffer.alloc(1_048_576, 'x');
const STREAMING = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked' };

/** Calls the function; resolves when its stream begins. */
async function call({ emulator }: Stage): Promise<IncomingMessage> {
  const { origin } = new URL(emulator.invokeUrl);
  const called = request(`${origin}/2021-11-15/functions/function/response-streaming-invocations`, { method: 'POST' });
  called.end();
  const [response] = (await once(called, 'response')) as [IncomingMessage];
  return response;
}

/** Posts so many megabytes as the runtime; calls back after each that the emulator's socket took. */
async function stream({ emulator }: Stage, requestId: string, megabytes: number, onTaken: () => void) {
  const post = request(`http://${emulator.runtimeApi}${runtimeApi.response(requestId)}`, {
    method: 'POST',
    headers: STREAMING,
  });
  const answered = once(post, 'response') as Promise<[IncomingMessage]>;
  for (let n = 0; n < megabytes && !post.destroyed; n++) {
    await new Promise((resolve) => post.write(MEGABYTE, resolve));
    onTaken();
  }
  post.end();
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode;
}

it('a caller who reads slowly holds the runtime back', async () => {
  await using stage = await setStage({ timeoutMs: 900_000 });
  const response = call(stage);
  const requestId = requestIdOf(await stage.runtimeNext());
  let takenBytes = 0;
  let readBytes = 0;
  let mostBytesBetween = 0;

  const streamed = stream(stage, requestId, 64, () => {
    takenBytes += MEGABYTE.length;
    mostBytesBetween = Math.max(mostBytesBetween, takenBytes - readBytes);
  });
  for await (const chunk of await response) {
    readBytes += chunk.length;
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  expect(await streamed).toBe(202);
  expect(readBytes).toBeGreaterThan(64 * MEGABYTE.length);
  // The buffers of four sockets. Without back-pressure it would be nearly all.
  expect(mostBytesBetween).toBeLessThan(24 * MEGABYTE.length);
});

it('a streamed answer ends with an error at 200 MiB', { timeout: 300_000 }, async () => {
  await using stage = await setStage({ timeoutMs: 900_000 });
  const response = call(stage);
  const requestId = requestIdOf(await stage.runtimeNext());

  const streamed = stream(stage, requestId, 202, () => {});
  let streamedBytes = 0;
  let end = Buffer.alloc(0);
  for await (const chunk of await response) {
    streamedBytes += chunk.length;
    end = Buffer.concat([end, chunk]).subarray(-1_000);
  }
  const text = end.toString('latin1');
  const complete = decodeEventStream(end.subarray(text.lastIndexOf(':event-type') - 13)).at(-1);

  expect(await streamed).toBe(413);
  expect(streamedBytes).toBeLessThan(201 * MEGABYTE.length);
  expect(JSON.parse(complete?.payload.toString() ?? '')).toEqual({
    ErrorCode: 'Unhandled',
    ErrorDetails: expect.stringContaining('exceeded maximum allowed payload size (209715200 bytes)'),
  });
});
