import { expect, it } from 'vitest';
import { keptCredentials } from './kept-credentials.ts';

const fresh = { accessKeyId: 'AKID', secretAccessKey: 's', expiration: new Date(1_000) };

function setUp() {
  let [nowMs, isFailing] = [0, false];
  const renew = async () => {
    if (isFailing) throw new Error('STS sent nothing');
    return fresh;
  };
  return {
    credentials: keptCredentials(renew, { wallMs: () => nowMs }),
    failAt(ms: number) {
      nowMs = ms;
      isFailing = true;
    },
  };
}

it('keeps credentials that cannot be renewed while they are valid', async () => {
  const { credentials, failAt } = setUp();
  await credentials();

  failAt(999);

  expect(await credentials()).toBe(fresh);
});

it('fails when they have expired', async () => {
  const { credentials, failAt } = setUp();
  await credentials();

  failAt(1_000);

  await expect(credentials()).rejects.toThrow('STS sent nothing');
});

it('fails when there were none before', async () => {
  const { credentials, failAt } = setUp();

  failAt(0);

  await expect(credentials()).rejects.toThrow('STS sent nothing');
});
