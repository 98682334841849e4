import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { decodeProcessFigures, type ProcessFigures } from '../../lambda-api/process-figures.ts';
import { startHttpServer } from '../../test/support/servers/http-server.ts';
import { createInvocationHooks } from './create-invocation-hooks.ts';
import { eventLoop } from './event-loop.ts';

/** Runs one invocation with the part, and returns what the host gets. */
async function measure(invocation: () => Promise<void>): Promise<ProcessFigures | undefined> {
  const { promise, resolve } = Promise.withResolvers<ProcessFigures | undefined>();
  await using host = await startHttpServer(async (request, response) => {
    const body = await text(request);
    response.end();
    resolve(request.url === '/insights/process' ? decodeProcessFigures(body) : undefined);
  });
  const hooks = createInvocationHooks((what) => expect.unreachable(what));
  eventLoop.start({ hooks, environment: { EXTENSIONS_HTTP_PORT: String(host.port) } });
  const next = hooks.around(
    async () => ({ requestId: 'a', deadlineMs: 0 }),
    (answer) => answer,
  );
  await next();
  await invocation();
  await next();
  return await promise;
}

describe('the figures of an invocation', () => {
  it('show an event loop that was blocked', async () => {
    const figures = await measure(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const end = Date.now() + 200; Date.now() < end; );
      await new Promise((resolve) => setTimeout(resolve, 50));
    });

    expect(figures?.requestId).toBe('a');
    expect(figures?.eventLoopDelayMaxMs).toBeGreaterThan(150);
    expect(figures?.eventLoopUtilization).toBeGreaterThan(0.3);
  });

  it('show garbage collection and the heap', async () => {
    const figures = await measure(async () => {
      for (let count = 0; count < 30; count++) {
        Array.from({ length: 200_000 }, (_, index) => ({ index }));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });

    expect(figures?.garbageCollectionMs).toBeGreaterThan(0);
    expect(figures?.heapUsedBytes).toBeGreaterThan(1_000_000);
  });

  it('are complete for an invocation that is shorter than a sample', async () => {
    expect(await measure(async () => undefined)).toMatchObject({ eventLoopDelayMeanMs: 0, eventLoopDelayMaxMs: 0 });
  });
});
