import { expect, it } from 'vitest';
import { containerCredentials } from './environment.ts';

const full = 'http://127.0.0.1:9001/v1/credentials';

it.each([
  ['nothing', {}, undefined],
  ['an address', { AWS_CONTAINER_CREDENTIALS_FULL_URI: full }, { url: full, token: undefined }],
  [
    'an address and a token',
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: full, AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' },
    { url: full, token: 't' },
  ],
  [
    'a path alone',
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1', AWS_CONTAINER_AUTHORIZATION_TOKEN: 't' },
    { url: 'http://169.254.170.2/v2/credentials/1', token: 't' },
  ],
  [
    'both, of which the address counts',
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: full, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2' },
    { url: full, token: undefined },
  ],
  [
    'empty variables',
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: '',
    },
    undefined,
  ],
])('finds the container credentials in an environment with %s', (_case, environment, expected) => {
  expect(containerCredentials(environment)).toEqual(expected);
});
