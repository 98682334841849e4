import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { deferred } from '../../../foundation/deferred.ts';
import type { RequestHandler } from '../../../foundation/http-server.ts';
import { aroundSnapshot } from './around-snapshot.ts';

function setUp(isAhead: boolean) {
  const events: string[] = [];
  const past = deferred<void>();
  let isNear = false;
  let handle: RequestHandler = () => undefined;
  const serve = aroundSnapshot(
    async (options) => {
      handle = options.handle;
      return { port: 1, close: async () => undefined };
    },
    { isAhead: () => isAhead, untilPast: () => (isNear ? past.promise : undefined) },
    () => events.push('notice'),
  );
  void serve({ name: 'secrets', port: 1, handle: ({ url }) => events.push(String(url)) });
  return {
    events,
    ask: (method: string, url: string) => handle({ method, url } as IncomingMessage, {} as ServerResponse),
    approach() {
      isNear = true;
    },
    restore() {
      isNear = false;
      past.resolve();
    },
  };
}

it('lets requests wait from the notice to the restore, and takes notices on any socket', async () => {
  const { events, ask, approach, restore } = setUp(true);
  ask('GET', '/before');
  ask('POST', '/snapstart/ahead');
  approach();
  const waiting = ask('GET', '/between');
  ask('POST', '/snapstart/past');
  const untilThen = [...events];

  restore();
  await waiting;
  ask('GET', '/after');

  expect(untilThen).toEqual(['/before', 'notice', 'notice']);
  expect(events.slice(3)).toEqual(['/between', '/after']);
});

it('hands a notice to the extension, as any request, where no snapshot is taken', () => {
  const { events, ask } = setUp(false);

  ask('POST', '/snapstart/ahead');

  expect(events).toEqual(['/snapstart/ahead']);
});
