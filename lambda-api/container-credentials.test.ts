import { describe, expect, it } from 'vitest';
import { containerCredentialsRequest, decodeContainerCredentials } from './container-credentials.ts';

describe('the request for container credentials', () => {
  it('shows the token of the environment', () => {
    expect(containerCredentialsRequest({ url: 'http://127.0.0.1:9001/v1/credentials?a=b', token: 'token' })).toEqual({
      authority: '127.0.0.1:9001',
      method: 'GET',
      path: '/v1/credentials?a=b',
      headers: { authorization: 'token' },
    });
  });

  it('shows none where the environment has none', () => {
    expect(containerCredentialsRequest({ url: 'http://169.254.170.2/v2', token: undefined }).headers).toEqual({});
  });
});

describe('container credentials', () => {
  it('are read as AWS’s endpoint answers', () => {
    const body = JSON.stringify({
      AccessKeyId: 'AKIDEXAMPLE',
      SecretAccessKey: 'secret',
      Token: 'session',
      Expiration: '2026-01-02T03:04:05Z',
    });

    expect(decodeContainerCredentials({ status: 200, body })).toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'session',
      expiresAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
    });
  });

  it('may have neither a session token nor an end', () => {
    const body = '{"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"secret"}';

    expect(decodeContainerCredentials({ status: 200, body })).toEqual({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      expiresAtMs: 0,
    });
  });

  it.each([
    ['another status', 500, '{"Token":"hunter2"}', 'the container credentials endpoint answered 500'],
    ['no JSON', 200, 'hunter2', 'the container credentials endpoint sent no JSON'],
  ])('are refused with %s, and the message quotes nothing', (_what, status, body, message) => {
    expect(() => decodeContainerCredentials({ status, body })).toThrow(new Error(message));
  });
});
