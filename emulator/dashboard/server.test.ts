import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import type { Message } from './messages.ts';
import { type Dashboard, serveDashboard } from './server.ts';

const TEXT = 'я'.repeat(40_000);
const messages = Array.from({ length: 1_000 }, (_, at): Message => {
  return { id: at + 1, atMs: 0, environment: 0, kind: 'hint', text: TEXT };
});

function serve(): Promise<Dashboard> {
  return serveDashboard(
    {
      introduction: { environments: [], samples: [], options: { functionDir: '.', variables: [] } },
      script: '',
      messagesAfter: (id) => messages.slice(id),
      onAdded: () => ({ [Symbol.dispose]() {} }),
      act: async () => undefined,
      sample: () => ({}),
    },
    0,
  );
}

async function open(dashboard: Dashboard): Promise<IncomingMessage> {
  const [response] = await once(get(`${dashboard.url}messages`), 'response');
  return response;
}

it('gives a page all of a large recording, in parts', async () => {
  await using dashboard = await serve();
  let texts = 0;

  for await (const part of (await open(dashboard)).setEncoding('utf8')) {
    texts += part.length;
    if (texts > messages.length * TEXT.length) break;
  }

  expect(texts).toBeGreaterThan(messages.length * TEXT.length);
});

it('goes on where a page was that did not read for a while', async () => {
  await using dashboard = await serve();
  const response = (await open(dashboard)).setEncoding('utf8');
  await once(response, 'readable');
  // Many batches later.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const ids: number[] = [];
  let rest = '';

  for await (const part of response) {
    const text = `${rest}${part}`;
    ids.push(...[...text.matchAll(/"id":(\d+),/g)].map(([, id]) => Number(id)));
    if (ids.at(-1) === 1_000) break;
    rest = /[^,я]{0,20}$/.exec(text)?.[0] ?? '';
  }

  expect(ids).toEqual(messages.map(({ id }) => id));
});
