import { describe, expect, it } from 'vitest';
import { KEY, startAppConfig, until } from '../support/lambda/appconfig-extension.ts';
import { BAD_BODIES, spoilt } from '../support/servers/bad-answers.ts';

const GOOD = { content: '{"good":{"enabled":true}}' };
const badSessions = [...BAD_BODIES, ...spoilt({}, ['InitialConfigurationToken'])];
const WITHOUT_TOKEN = { 'content-type': 'application/json' };
const badPolls: [string, Record<string, string>, string][] = [
  ['no token', WITHOUT_TOKEN, '{"hunter2":{"enabled":true}}'],
  ['an empty token', { ...WITHOUT_TOKEN, 'next-poll-configuration-token': '' }, '{"hunter2":{"enabled":true}}'],
  ['neither a token nor content', WITHOUT_TOKEN, ''],
  ['no content, at first', { ...WITHOUT_TOKEN, 'next-poll-configuration-token': 't' }, ''],
];

const pathOf = (configuration: number) => `/applications/shop/environments/prod/configurations/${configuration}`;

describe('an answer of AppConfig without what it promises', () => {
  it('is a 502 where a session starts, and quotes nothing', async () => {
    await using lambda = await startAppConfig({
      server: {
        fault: ({ input }, response) => {
          const body = badSessions[Number(input.ConfigurationProfileIdentifier)];
          response.writeHead(201, { 'content-type': 'application/json' }).end(body);
          return true;
        },
      },
    });

    const answers = await Promise.all(badSessions.map((_body, index) => lambda.read(pathOf(index))));

    const outcomes = answers.map(({ status, headers }, index) => [
      badSessions[index],
      status,
      headers.get('x-extension-error'),
    ]);
    expect(outcomes).toEqual(badSessions.map((body) => [body, 502, 'UnreadableAnswer']));
    expect(answers.map(({ body }) => body).join() + lambda.host.output).not.toMatch(/hunter2|12345678|Deserialization/);
  });

  it.each(badPolls)(
    'is a 502 where the first poll brings %s, until AppConfig is well',
    async (_what, headers, body) => {
      let isBad = true;
      await using lambda = await startAppConfig({
        deployed: { [KEY]: GOOD },
        server: {
          fault: ({ operation }, response) => {
            if (!isBad || operation !== 'GetLatestConfiguration') return false;
            response.writeHead(200, headers).end(body);
            return true;
          },
        },
      });

      const whileBad = await lambda.read();
      isBad = false;
      const whenGood = await until(lambda.read, ({ status }) => status === 200);

      expect([whileBad.status, whileBad.headers.get('x-extension-error')]).toEqual([502, 'UnreadableAnswer']);
      expect(whenGood.body).toBe(GOOD.content);
      expect(whileBad.body + lambda.host.output).not.toContain('hunter2');
    },
  );

  it.each(badPolls)('leaves what is in memory where a new session brings %s', async (_what, headers, body) => {
    let next: 'good' | 'refused' | 'bad' = 'good';
    await using lambda = await startAppConfig({
      deployed: { [KEY]: GOOD },
      server: {
        fault: ({ operation }, response) => {
          if (operation !== 'GetLatestConfiguration') return false;
          if (next === 'bad') response.writeHead(200, headers).end(body);
          if (next !== 'refused') return next === 'bad';
          lambda.service.forgetTokens();
          next = 'bad';
          return false;
        },
      },
    });
    const before = await lambda.read();

    next = 'refused';
    await until(lambda.invoke, () => lambda.host.output.includes('Serving the last good version'));
    const after = await lambda.read();

    expect([after.status, after.body]).toEqual([200, before.body]);
    expect(lambda.host.output).toContain('UnreadableAnswer');
  });
});
