import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifestPlace, readManifest } from './manifest.ts';
import { profile } from './profile.ts';

const read = async (manifest: unknown) => {
  const problems: string[] = [];
  const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest);
  const entries = await readManifest(text, (problem) => problems.push(problem));
  return { entries: [...entries.values()], problems };
};
const nothing = { role: undefined, writeTo: undefined, schema: undefined };

describe('a manifest', () => {
  it('says by which role a configuration is read, where it is copied, and what it must satisfy', async () => {
    const { entries, problems } = await read({
      'a:b:c': {},
      'd:e:f': {
        credentials: {
          roleArn: 'arn:aws:iam::1:role/r',
          roleExternalId: 'x',
          roleSessionName: 's',
          credentialsDuration: '2h',
        },
        writeTo: { path: '/tmp/copy' },
        schema: { type: 'object' },
      },
    });

    expect(problems).toEqual([]);
    expect(entries).toEqual([
      { ...nothing, profile: profile('a', 'b', 'c') },
      {
        profile: profile('d', 'e', 'f'),
        role: { arn: 'arn:aws:iam::1:role/r', externalId: 'x', sessionName: 's', durationSeconds: 7_200 },
        writeTo: '/tmp/copy',
        schema: { type: 'object' },
      },
    ]);
  });

  it('takes a schema from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'schema-'));
    writeFileSync(join(folder, 's.json'), '{"type":"array"}');

    const { entries } = await read({ 'a:b:c': { schema: `file:${folder}/s.json` } });

    expect(entries[0]?.schema).toEqual({ type: 'array' });
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['not JSON', 'the manifest is not a JSON object'],
    [[], 'the manifest is not a JSON object'],
    [{ 'a:b': {} }, 'the manifest’s "a:b" is left out: expected "App:Env:Config": {}'],
    [{ 'a:b:c': 1 }, 'the manifest’s "a:b:c" is left out: expected "App:Env:Config": {}'],
    [
      { 'a:b:c': { credentials: { rolearn: 'arn' } } },
      'the credentials of a:b:c are left out: expected "roleArn", and "credentialsDuration" such as 2h',
    ],
    [
      { 'a:b:c': { credentials: { roleArn: 'arn', credentialsDuration: '2 days' } } },
      'the credentials of a:b:c are left out: expected "roleArn", and "credentialsDuration" such as 2h',
    ],
    [{ 'a:b:c': { writeTo: '/tmp/copy' } }, 'the writeTo of a:b:c is left out: expected "path"'],
    [{ 'a:b:c': { schema: 1 } }, 'the schema of a:b:c is left out: expected JSON Schema, or file:/path of it'],
    [{ 'a:b:c': { schema: 'file:/nowhere' } }, expect.stringContaining('the schema of a:b:c is left out: ENOENT')],
  ])('%j has a problem', async (manifest, problem) => {
    expect((await read(manifest)).problems).toEqual([problem]);
  });

  it.each([
    ['{"a:b:c":{}}', { json: '{"a:b:c":{}}' }],
    ['file:/a/b.json', { file: '/a/b.json' }],
    ['file:///a/b.json', { file: '/a/b.json' }],
    ['a:b:c', { profile: profile('a', 'b', 'c') }],
    ['manifest.json', undefined],
  ])('is where %s says', (text, expected) => {
    expect(manifestPlace(text)).toEqual(expected);
  });
});

it('may begin with a byte order mark, and so may a schema', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const file = join(folder, 'schema.json');
  writeFileSync(file, '\uFEFF{"type":"object"}');

  const { entries, problems } = await read(`\uFEFF{"a:b:c":{"schema":"file:${file}"}}`);

  expect(problems).toEqual([]);
  expect(entries).toEqual([{ ...nothing, profile: profile('a', 'b', 'c'), schema: { type: 'object' } }]);
  rmSync(folder, { recursive: true });
});

it('says which of its keys mean nothing, and uses the rest', async () => {
  const { entries, problems } = await read({
    'a:b:c': { pollInterval: 30, writeTo: { path: '/tmp/copy', mode: '600' }, schema: { any: { key: 1 } } },
    'd:e:f': { credentials: { roleARN: 'x', roleArn: 'arn:aws:iam::1:role/r' } },
  });

  expect(problems).toEqual([
    'the manifest’s a:b:c has "pollInterval", which means nothing here',
    'the manifest’s a:b:c has "writeTo.mode", which means nothing here',
    'the manifest’s d:e:f has "credentials.roleARN", which means nothing here',
  ]);
  expect(entries).toMatchObject([{ writeTo: '/tmp/copy' }, { role: { arn: 'arn:aws:iam::1:role/r' } }]);
});
