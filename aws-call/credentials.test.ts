import { expect, it } from 'vitest';
import { systemClock } from '../foundation/clock.ts';
import { credentialsFromLambda } from './credentials.ts';

it('names the secret ones among the function’s credentials, and no placeholder', () => {
  const secret = 's'.repeat(40);
  const token = 't'.repeat(200);
  const of = (environment: Record<string, string>) =>
    credentialsFromLambda(environment, undefined, systemClock).known();

  expect(of({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token })).toEqual([
    secret,
    token,
  ]);
  expect(of({ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' })).toEqual([]);
});
