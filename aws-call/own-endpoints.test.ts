import { describe, expect, it } from 'vitest';
import { ownEndpoints, withoutOwnEndpoints } from './own-endpoints.ts';

describe('an endpoint', () => {
  it.each([
    ['http://localhost:2773', 2773],
    ['http://LOCALHOST:2773/', 2773],
    ['http://127.0.0.1:2773/any/path', 2773],
    ['http://127.1.2.3:2772', 2772],
    ['http://[::1]:2773', 2773],
    ['https://localhost:2774', 2774],
    ['http://0.0.0.0:2773', 2773],
    [' http://localhost:2773 ', 2773],
  ])('%s is our own', (url, ownPort) => {
    expect(ownEndpoints({ AWS_ENDPOINT_URL_SSM: url })).toEqual([{ variable: 'AWS_ENDPOINT_URL_SSM', port: ownPort }]);
  });

  it.each([
    'http://localhost:4566',
    'http://localhost',
    'http://aws.example:2773',
    'https://secretsmanager.eu-central-1.amazonaws.com',
    'http://10.0.0.1:2773',
    'localhost:2773',
    'nonsense',
    '',
  ])('%s is not', (url) => {
    const environment = { AWS_ENDPOINT_URL: url };

    expect(ownEndpoints(environment)).toEqual([]);
    expect(withoutOwnEndpoints(environment)).toBe(environment);
  });

  it('is our own wherever the variables put our ports', () => {
    const environment = { PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: '9000', AWS_ENDPOINT_URL: 'http://localhost:9000' };

    expect(ownEndpoints(environment)).toEqual([{ variable: 'AWS_ENDPOINT_URL', port: 9_000 }]);
    expect(ownEndpoints({ ...environment, AWS_ENDPOINT_URL: 'http://localhost:2773' })).toEqual([]);
  });

  it('of ours is left out for our own calls, and all else stays', () => {
    const environment = {
      AWS_ENDPOINT_URL: 'http://localhost:4566',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://localhost:2773',
      OTHER_URL: 'http://localhost:2773',
    };

    expect(withoutOwnEndpoints(environment)).toEqual({
      AWS_ENDPOINT_URL: 'http://localhost:4566',
      OTHER_URL: 'http://localhost:2773',
    });
  });
});
