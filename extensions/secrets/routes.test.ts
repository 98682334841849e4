import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameter, parameterPath, secret, type Wanted } from '../../aws-call/wanted.ts';
import { route } from './routes.ts';

const get = (url: string, headers = {}) => route({ method: 'GET', url, headers });
const read = (wanted: Wanted, more = {}) => ({
  kind: 'read',
  wanted,
  refresh: false,
  format: 'aws',
  jsonKey: undefined,
  ...more,
});

describe('a route to a secret', () => {
  it.each([
    ['raw', 'secretId=arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-1QmcxB'],
    ['encoded', 'secretId=arn%3Aaws%3Asecretsmanager%3Aeu-central-1%3A1%3Asecret%3Aprod%2Fdb-1QmcxB'],
  ])('takes a %s ARN, with and without a slash behind get', (_kind, query) => {
    const expected = read(secret('arn:aws:secretsmanager:eu-central-1:1:secret:prod/db-1QmcxB'));

    expect(get(`/secretsmanager/get?${query}`)).toEqual(expected);
    expect(get(`/secretsmanager/get/?${query}`)).toEqual(expected);
  });

  it('takes version, stage, role, field and the wish for a new value', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/reader';
    const query = `secretId=a&versionId=v&versionStage=AWSPREVIOUS&roleArn=${roleArn}&jsonKey=a.b&refreshNow=1`;

    expect(get(`/secretsmanager/get?${query}`)).toEqual(
      read(secret('a', { versionId: 'v', versionStage: 'AWSPREVIOUS', roleArn }), { refresh: true, jsonKey: 'a.b' }),
    );
  });

  it.each(['true', 'True', '1'])('takes refreshNow=%s', (value) => {
    expect(get(`/secretsmanager/get?secretId=a&refreshNow=${value}`)).toMatchObject({ refresh: true });
  });

  it('answers in the agent’s format where the path or the caller asks for it', () => {
    const accept = 'application/vnd.lambda-node-extended.agent+json';

    expect(get('/v1/a?versionStage=AWSPENDING')).toEqual(
      read(secret('a', { versionStage: 'AWSPENDING' }), { format: 'agent' }),
    );
    expect(get('/secretsmanager/get?secretId=a', { accept })).toMatchObject({ format: 'agent' });
    expect(get('/secretsmanager/get?secretId=a', { accept: 'application/json' })).toMatchObject({ format: 'aws' });
  });

  it('answers with the value alone where the caller asks for it', () => {
    expect(get('/secretsmanager/get?secretId=a&format=text')).toMatchObject({ format: 'text' });
    expect(get('/systemsmanager/parameters/get?name=a&format=text')).toMatchObject({ format: 'text' });
  });

  it('takes the rest of the agent’s path as it stands', () => {
    expect(get('/v1/prod/db%2Fx')).toMatchObject({ wanted: secret('prod/db%2Fx') });
  });

  it('takes the last of a repeated key on the agent’s path', () => {
    expect(get('/v1/a?versionStage=AWSPENDING&versionStage=AWSPREVIOUS')).toMatchObject({
      wanted: secret('a', { versionStage: 'AWSPREVIOUS' }),
    });
  });

  it('takes several for a batch', () => {
    expect(get('/secretsmanager/batch?secretId=a&secretId=b')).toEqual({
      kind: 'batch',
      wanted: [secret('a'), secret('b')],
    });
  });

  it('takes one to be forgotten, by POST', () => {
    const url = '/secretsmanager/invalidate?secretId=a';

    expect(route({ method: 'POST', url, headers: {} })).toEqual({ kind: 'invalidate', secretId: 'a' });
  });
});

describe('a route to a parameter', () => {
  it('takes a plus sign for a blank, as URLSearchParams of a client writes it', () => {
    expect(get('/systemsmanager/parameters/get?name=a+b')).toMatchObject({ wanted: parameter('a b') });
  });

  it.each([
    ['version=2&label=Dev', '2'],
    ['label=Dev&version=2', 'Dev'],
    ['version=2', '2'],
    ['label=Dev', 'Dev'],
    ['', undefined],
  ])('takes the first of version and label: %s', (query, selector) => {
    expect(get(`/systemsmanager/parameters/get?name=/a&${query}`)).toEqual(read(parameter('/a', { selector })));
  });

  it.each([
    ['true', true],
    ['True', true],
    ['false', false],
  ])('takes withDecryption=%s', (value, withDecryption) => {
    expect(get(`/systemsmanager/parameters/get?name=/a&withDecryption=${value}`)).toMatchObject({
      wanted: { withDecryption },
    });
  });

  it('takes a path', () => {
    expect(get('/systemsmanager/parameters/path?path=/app/&recursive=true')).toEqual(
      read(parameterPath('/app/', { recursive: true })),
    );
  });
});

describe('a route', () => {
  it('to the agent’s health', () => {
    expect(get('/ping')).toEqual({ kind: 'ping' });
  });

  it.each([
    ['GET', '/secretsmanager/get', 400, 'the query needs secretId'],
    ['GET', '/secretsmanager/get?secretId=', 400, 'the query needs secretId'],
    ['GET', '/secretsmanager/get?secretId=a&refreshNow=yes', 400, 'invalid refreshNow value'],
    ['GET', '/secretsmanager/get?secretId=a&roleArn=me', 400, expect.stringContaining('invalid roleArn format')],
    ['GET', '/secretsmanager/get?secretId=a&format=xml', 400, 'format must be text'],
    ['GET', '/secretsmanager/batch', 400, expect.stringContaining('secretId')],
    ['POST', '/secretsmanager/invalidate', 400, 'the query needs secretId'],
    ['GET', '/systemsmanager/parameters/get?', 400, 'the query needs name'],
    ['GET', '/systemsmanager/parameters/get?name=a&withDecryption=x', 400, 'withDecryption must be true or false'],
    ['GET', '/systemsmanager/parameters/path?path=app', 400, expect.stringContaining('begins with a slash')],
    ['GET', '/systemsmanager/parameters/path?path=/app&recursive=x', 400, 'recursive must be true or false'],
    ['GET', '/systemsmanager/parameters/path?path=/app&jsonKey=a', 400, expect.stringContaining('one value')],
    ['GET', '/secretsmanager/batch?secretId=a&format=text', 400, expect.stringContaining('one value')],
    ['GET', '/v1/', 400, 'missing secret ID'],
    ['GET', '/v1/a?verzion=1', 400, 'unknown parameter: verzion'],
    ['GET', '/', 404, expect.stringContaining('not found')],
    ['GET', '/secretsmanager/get/x?secretId=a', 404, expect.stringContaining('not found')],
    ['POST', '/secretsmanager/get?secretId=a', 405, 'only GET is allowed'],
    ['GET', '/secretsmanager/invalidate?secretId=a', 404, expect.stringContaining('not found')],
  ])('refuses %s %s with %i', (method, url, status, reason) => {
    expect(route({ method, url, headers: {} })).toMatchObject({ kind: 'refused', status, body: reason });
  });

  it('finds the name that a client encoded, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        const query = new URLSearchParams({ name });
        expect(get(`/systemsmanager/parameters/get?${query}`)).toMatchObject({ wanted: { name } });
        expect(get(`/systemsmanager/parameters/get?name=${encodeURIComponent(name)}`)).toMatchObject({
          wanted: { name },
        });
      }),
    );
  });

  it('exists for every query', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        expect(['read', 'refused']).toContain(get(`/secretsmanager/get?${query}`).kind);
      }),
    );
  });
});

describe('a path as some clients send it', () => {
  it.each([
    ['//secretsmanager/get?secretId=a', secret('a')],
    ['/secretsmanager//get/?secretId=a', secret('a')],
    ['/x/../secretsmanager/./get?secretId=a//b', secret('a//b')],
    ['http://localhost:2773/secretsmanager/get?secretId=a', secret('a')],
    ['http://localhost:2773//systemsmanager/parameters/get?name=%2Fa', parameter('/a')],
    ['//v1/a//b/../c', secret('a//b/../c')],
    ['http://127.0.0.1:2773/v1/prod//db', secret('prod//db')],
  ])('%s is understood', (url, wanted) => {
    expect(get(url)).toMatchObject({ kind: 'read', wanted });
  });
});
