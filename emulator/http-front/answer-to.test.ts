import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { HTTP_INTEGRATION_RESPONSE } from '../../lambda-api/runtime-api.ts';
import { functionErrorOf } from '../environment/replies.ts';
import { answerTo } from './answer-to.ts';

it('ends an answer once, also if the function fails after a start that is not valid and the client has not read yet', async () => {
  // Without a socket, as the second of two pipelined requests: nothing of the response is sent yet.
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const client = answerTo(response, [], () => {});
  client.sink.start(HTTP_INTEGRATION_RESPONSE);
  void client.sink.write(Buffer.from('{"statusCode":1000}\0\0\0\0\0\0\0\0'));

  const failed = once(response, 'error');
  client.end(functionErrorOf('Error', 'later'));

  expect(await Promise.race([failed, new Promise((resolve) => setImmediate(resolve, 'no error'))])).toBe('no error');
});
