import { expect, it } from 'vitest';
import { chooseMode } from './choose-mode.ts';

const inLambda = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' };
const beside = { AWS_SESSION_TOKEN: 't' };
const withSnapStart = { AWS_REGION: 'eu-central-1', AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/v1' };

it.each<[string, Record<string, string>, string?]>([
  ['in Lambda', inLambda],
  ['with SnapStart', withSnapStart],
  ['with a proxy, which this Node.js can use', { ...inLambda, HTTPS_PROXY: 'http://proxy:3128' }, '24.5.0'],
  ['without a prefetch', { ...inLambda, SECRETS_PREFETCH: ' ' }],
  ['beside telemetry', { ...inLambda, ...beside, TELEMETRY_DESTINATIONS: 'datadog' }],
  ['beside telemetry that JSON configures', { ...inLambda, ...beside, TELEMETRY_CONFIG: '/var/task/telemetry.json' }],
  [
    'beside telemetry, with SnapStart',
    { ...withSnapStart, AWS_CONTAINER_AUTHORIZATION_TOKEN: 't', TELEMETRY_DESTINATIONS: 'datadog' },
  ],
  ['where telemetry is off', { ...inLambda, TELEMETRY_DESTINATIONS: 'false' }],
  ['where a wrong word says who', { ...inLambda, EXTENSIONS_CLIENT: 'both' }],
  ['where the setting says so', { EXTENSIONS_CLIENT: 'direct', SECRETS_PREFETCH: 'prod/db' }],
])('asks AWS from the function %s', (_where, environment, nodeVersion = '22.14.0') => {
  expect(chooseMode(environment, nodeVersion)).toBe('direct');
});

it.each<[string, Record<string, string>]>([
  ['that prefetches', { ...inLambda, SECRETS_PREFETCH: 'prod/db' }],
  ['that reads a file', { ...inLambda, SECRETS_LOCAL_FILE: '/tmp/secrets.json' }],
  ['that reads a directory of configurations', { ...inLambda, LOCAL_DEVELOPMENT_DIRECTORY: '/tmp/configurations' }],
  ['beside telemetry, where no token proves who reads', { ...inLambda, TELEMETRY_DESTINATIONS: 'datadog' }],
  ['on managed instances', { ...inLambda, AWS_LAMBDA_INITIALIZATION_TYPE: 'lambda-managed-instances' }],
  ['where the environment has no credentials', { AWS_REGION: 'eu-central-1', AWS_PROFILE: 'me' }],
  ['where the environment has no region', { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's' }],
  ['where this Node.js cannot use the proxy', { ...inLambda, https_proxy: 'http://proxy:3128' }],
  ['where the setting says so', { ...inLambda, EXTENSIONS_CLIENT: 'Extension' }],
])('asks the extension %s', (_which, environment) => {
  expect(chooseMode(environment, '24.4.9')).toBe('extension');
});
