import { describe, expect, it } from 'vitest';
import {
  containerCredentialsRequest,
  decodeContainerCredentials,
  decodeSessionToken,
} from './container-credentials.ts';

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

  const keyed = (more: string) => `{"AccessKeyId":"AKID"${more}}`;
  const valid = (more: string) => keyed(`,"SecretAccessKey":"s",${more}`);

  it.each<[string, number, string, string]>([
    ['another status', 500, '{"Token":"hunter2"}', 'answered 500'],
    ['no JSON', 200, 'hunter2', 'sent no JSON'],
    ['half of it', 200, '{"AccessKeyId":"AKID","SecretAccessKey":"hunter2', 'sent no JSON'],
    ['a key without quotes', 200, '{"AccessKeyId":"AKID","SecretAccessKey":hunter2}', 'sent no JSON'],
    ['nothing', 200, '', 'sent no JSON'],
    ['an empty object', 200, '{}', 'sent no valid AccessKeyId'],
    ['null', 200, 'null', 'sent no valid AccessKeyId'],
    ['a list', 200, '["hunter2"]', 'sent no valid AccessKeyId'],
    ['a text', 200, '"hunter2"', 'sent no valid AccessKeyId'],
    ['a number', 200, '5', 'sent no valid AccessKeyId'],
    ['an empty id', 200, '{"AccessKeyId":""}', 'sent no valid AccessKeyId'],
    ['no key', 200, keyed(''), 'sent no valid SecretAccessKey'],
    ['a key that is null', 200, keyed(',"SecretAccessKey":null'), 'sent no valid SecretAccessKey'],
    ['a key that is an object', 200, keyed(',"SecretAccessKey":{"hunter2":1}'), 'sent no valid SecretAccessKey'],
    ['an empty token', 200, valid('"Token":""'), 'sent no valid Token'],
    ['a token that is a list', 200, valid('"Token":["hunter2"]'), 'sent no valid Token'],
    ['an end that is no time', 200, valid('"Expiration":"hunter2"'), 'sent no valid Expiration'],
    ['an end that is an object', 200, valid('"Expiration":{"hunter2":1}'), 'sent no valid Expiration'],
  ])('are refused with %s, and the message quotes nothing', (_what, status, body, message) => {
    expect(() => decodeContainerCredentials({ status, body })).toThrow(
      new Error(`the container credentials endpoint ${message}`),
    );
  });
});

describe('the session token of container credentials', () => {
  it('is read without the rest', () => {
    expect(decodeSessionToken({ status: 200, body: '{"Token":"session"}' })).toBe('session');
  });

  it.each(['{}', 'null', '[]', '{"Token":""}', '{"Token":null}', '{"Token":["hunter2"]}'])(
    'is refused where there is none: %s',
    (body) => {
      expect(() => decodeSessionToken({ status: 200, body })).toThrow(
        new Error('the container credentials endpoint sent no valid Token'),
      );
    },
  );
});
