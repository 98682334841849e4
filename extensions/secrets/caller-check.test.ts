import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { callerCheck } from './caller-check.ts';

const isToken = (candidate: string) => candidate === 'the-token';
const tokens = { isSessionToken: isToken, hasSessionToken: true };
const token = { 'x-aws-parameters-secrets-token': 'the-token' };

it.each([
  ['the token', token],
  ['the token in the header of Vault’s clients', { 'x-vault-token': 'the-token' }],
  ['a loopback Host', { ...token, host: 'localhost:2773' }],
  ['an IPv4 Host', { ...token, host: '127.0.0.1:2773' }],
  ['an IPv6 Host', { ...token, host: '[::1]:2773' }],
])('lets in a caller with %s', async (_case, headers) => {
  expect(await callerCheck(tokens)({ headers, socket: new Socket() })).toBeUndefined();
});

it.each([
  ['no token', {}, 403],
  ['an empty token', { 'x-aws-parameters-secrets-token': '' }, 403],
  ['a wrong token', { 'x-aws-parameters-secrets-token': 'the-tokex' }, 403],
  ['a foreign Host, as a web page would send', { ...token, host: 'evil.example:2773' }, 403],
  ['a Host that only begins like a loopback name', { ...token, host: 'localhost.evil.example' }, 403],
  ['a proxy’s mark', { ...token, 'x-forwarded-for': '10.0.0.1' }, 400],
])('keeps out a caller with %s', async (_case, headers, status) => {
  expect(await callerCheck(tokens)({ headers, socket: new Socket() })).toMatchObject({ status });
});

it('compares again on a connection that once had the token, when another one comes', async () => {
  const socket = new Socket();
  const refusalOf = callerCheck(tokens);

  const first = await refusalOf({ headers: token, socket });
  const wrong = await refusalOf({ headers: { 'x-aws-parameters-secrets-token': 'the-tokex' }, socket });
  const none = await refusalOf({ headers: {}, socket });

  expect([first, wrong?.status, none?.status]).toEqual([undefined, 403, 403]);
});

it('says that the environment has no token, where that is why nobody is let in', async () => {
  const refusalOf = callerCheck({ isSessionToken: () => false, hasSessionToken: false });

  expect(await refusalOf({ headers: token, socket: new Socket() })).toMatchObject({
    status: 403,
    body: expect.stringContaining('AWS_SESSION_TOKEN is not set'),
    agentBody: 'Bad Token',
  });
});
