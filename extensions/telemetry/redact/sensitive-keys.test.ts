import { expect, it } from 'vitest';
import { frontSettings } from '../config/front-settings.ts';
import { sensitiveKeys } from './sensitive-keys.ts';

const isSensitive = sensitiveKeys(['password', 'token', 'api key', 'authorization']);

it.each([
  'password',
  'dbPassword',
  'DB_PASSWORD',
  'accessToken',
  'x-auth-token',
  'X-Api-Key',
  'http.request.header.authorization',
  `${'x'.repeat(1_000)}-password`,
])('knows %s as the name of a secret', (key) => {
  expect(isSensitive(key)).toBe(true);
});

it.each(['max_tokens', 'tokenCount', 'passwordless', 'apiKeyId', 'key', ''])('does not know %s as one', (key) => {
  expect(isSensitive(key)).toBe(false);
});

it.each(['STRIPE_SECRET_KEY', 'cookies', 'set-cookie', 'AWS_SECRET_ACCESS_KEY'])(
  'takes %s for one by default',
  (key) => {
    expect(sensitiveKeys(frontSettings.redactKeys.fallback)(key)).toBe(true);
  },
);

it('gives the same answer after any number of names', () => {
  for (let index = 0; index < 5_000; index++) isSensitive(`field-${index}`);

  expect([isSensitive('password'), isSensitive('field-1')]).toEqual([true, false]);
});
