import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { request } from 'undici';
import { expect, it } from 'vitest';
import { type HttpAnswer, httpAnswer } from './http-answer.ts';

const results = fc.record({
  statusCode: fc.oneof(fc.integer({ min: 150, max: 650 }), fc.string()),
  headers: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('x-a', 'Connection', 'Content-Length')), fc.jsonValue()),
  cookies: fc.array(fc.string()),
  body: fc.oneof(fc.string(), fc.jsonValue()),
});

it('makes an answer, or says the problem, of any result', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (result) => {
      const answer = httpAnswer(Buffer.from(JSON.stringify(result)));

      expect('problem' in answer || (answer.status >= 200 && answer.status < 600)).toBe(true);
    }),
  );
});

it('makes only answers that Node.js can send', async () => {
  let answer: HttpAnswer = { status: 500, headers: [], body: Buffer.alloc(0) };
  const server = createServer((_, response) => response.writeHead(answer.status, answer.headers.flat()).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  let sent = 0;

  await fc.assert(
    fc.asyncProperty(results, async (result) => {
      const made = httpAnswer(Buffer.from(JSON.stringify(result)));
      if ('problem' in made) return;
      answer = made;
      sent++;
      // Unlike fetch, it gives any status to its caller.
      const { statusCode, body } = await request(url);
      await body.dump();
      expect(statusCode).toBe(made.status);
    }),
  );
  server.close();

  expect(sent).toBeGreaterThan(0);
});
