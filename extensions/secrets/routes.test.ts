import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sensitive } from '../sdk/index.ts';
import { route } from './routes.ts';

const token = new Sensitive('the-token');
const headers = { 'x-aws-parameters-secrets-token': 'the-token' };
const get = (url: string) => route({ method: 'GET', url, headers }, token);

describe('route', () => {
  it.each([
    ['raw', 'secretId=arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-1QmcxB'],
    ['encoded', 'secretId=arn%3Aaws%3Asecretsmanager%3Aeu-central-1%3A1%3Asecret%3Aprod%2Fdb-1QmcxB'],
  ])('reads a secret by a %s ARN, with and without a slash at the end', (_kind, query) => {
    const request = { secretId: 'arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-1QmcxB' };

    expect(get(`/secretsmanager/get?${query}`)).toEqual({ kind: 'secret', request });
    expect(get(`/secretsmanager/get/?${query}`)).toEqual({ kind: 'secret', request });
  });

  it('reads version and stage of a secret', () => {
    expect(get('/secretsmanager/get?secretId=a&versionId=v&versionStage=AWSPREVIOUS')).toEqual({
      kind: 'secret',
      request: { secretId: 'a', versionId: 'v', versionStage: 'AWSPREVIOUS' },
    });
  });

  it('takes a plus sign for a blank, as URLSearchParams of a client writes it', () => {
    expect(get('/systemsmanager/parameters/get?name=a+b')).toMatchObject({ request: { name: 'a b' } });
  });

  it.each([
    ['version=2&label=Dev', '2'],
    ['label=Dev&version=2', 'Dev'],
    ['version=2', '2'],
    ['label=Dev', 'Dev'],
    ['', undefined],
  ])('takes the first of version and label: %s', (query, selector) => {
    expect(get(`/systemsmanager/parameters/get?name=/a&${query}`)).toEqual({
      kind: 'parameter',
      request: { name: '/a', selector, withDecryption: false },
    });
  });

  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
  ])('reads withDecryption=%s', (value, withDecryption) => {
    expect(get(`/systemsmanager/parameters/get?name=/a&withDecryption=${value}`)).toMatchObject({
      request: { withDecryption },
    });
  });

  it.each([
    ['GET', '/secretsmanager/get', 400, 'the query needs secretId'],
    ['GET', '/secretsmanager/get?secretId=', 400, 'the query needs secretId'],
    ['GET', '/systemsmanager/parameters/get?', 400, 'the query needs name'],
    ['GET', '/systemsmanager/parameters/get?name=a&withDecryption=1', 400, 'withDecryption must be true or false'],
    ['GET', '/', 404, expect.stringContaining('not found')],
    ['GET', '/secretsmanager/get/x?secretId=a', 404, expect.stringContaining('not found')],
    ['POST', '/secretsmanager/get?secretId=a', 405, 'only GET is allowed'],
  ])('answers %s %s with %i', (method, url, status, reason) => {
    expect(route({ method, url, headers }, token)).toEqual({ kind: 'refused', status, reason });
  });

  it.each([
    ['no', {}],
    ['an empty', { 'x-aws-parameters-secrets-token': '' }],
    ['a wrong', { 'x-aws-parameters-secrets-token': 'the-tokex' }],
    ['a longer', { 'x-aws-parameters-secrets-token': 'the-token2' }],
  ])('answers 403 to %s token, even where the path is unknown', (_kind, withHeaders) => {
    expect(route({ method: 'GET', url: '/nowhere', headers: withHeaders }, token)).toMatchObject({ status: 403 });
  });

  it('answers 403 to everybody where the environment has no token', () => {
    const empty = { 'x-aws-parameters-secrets-token': '' };

    expect(route({ method: 'GET', url: '/', headers: empty }, new Sensitive(''))).toMatchObject({ status: 403 });
  });

  it('finds the name that a client encoded, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const query = new URLSearchParams({ name });
        expect(get(`/systemsmanager/parameters/get?${query}`)).toMatchObject({ request: { name } });
        expect(get(`/systemsmanager/parameters/get?name=${encodeURIComponent(name)}`)).toMatchObject({
          request: { name },
        });
      }),
    );
  });

  it('answers whatever the query is', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(['secret', 'refused']).toContain(get(`/secretsmanager/get?${query}`).kind);
      }),
    );
  });
});
