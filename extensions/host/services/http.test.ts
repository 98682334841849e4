import { expect, it } from 'vitest';
import { call } from '../../../foundation/http-client.ts';
import { createLog } from '../../../foundation/log.ts';
import { manualClock } from '../../../test/support/builders/manual-clock.ts';
import { serveOrInherit } from './http.ts';

it('logs refused callers once a minute, however many there are', async () => {
  const clock = manualClock();
  const lines: string[] = [];
  const log = createLog({ name: 'host', level: 'info', format: 'text', write: (line) => lines.push(line.slice(25)) });
  const { serve } = serveOrInherit({ take: () => undefined } as never, { clock, log });
  const server = await serve({ name: 'otlp', port: 0, handle: (_request, response) => response.end() });
  const authority = `127.0.0.1:${server.port}`;
  const ask = async () =>
    (await call({ authority, method: 'GET', path: '/', headers: { origin: 'https://page.test' } })).status;

  const statuses = await Promise.all(Array.from({ length: 30 }, ask));
  clock.jump(60_000);
  await ask();
  await server.close();

  const refused = 'WARN [host] otlp refused a caller: a request with an Origin comes from a web page';
  expect(new Set(statuses)).toEqual(new Set([403]));
  expect(lines).toEqual([refused, 'WARN [host] otlp refused a caller: Left out 29 lines like the last ones.', refused]);
});
