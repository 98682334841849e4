import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Profile, parseProfile } from '../profile.ts';
import { contentTypeOf, localDirectorySource } from './local-directory.ts';

const { signal } = new AbortController();
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

it.each([
  ['', 'application/octet-stream'],
  ['.json', 'application/json'],
  ['.application%ion%type=AWS.AppConfig.FeatureFlags', 'application/ion; type=AWS.AppConfig.FeatureFlags'],
  ['.text%plain', 'text/plain'],
  ['.yaml', 'application/x-yaml'],
  ['.YML', 'application/x-yaml'],
  ['.toml', 'application/toml'],
  ['.ion', 'application/ion; type=AWS.AppConfig.FeatureFlags'],
  ['.properties', 'text/plain'],
  ['.v2', undefined],
  ['.b.json', undefined],
  ['-2.json', undefined],
])('a file that ends in %j is %s', (ending, contentType) => {
  expect(contentTypeOf(ending)).toBe(contentType);
});

it('a file is read when it has changed, and is not taken for that of another configuration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  writeFileSync(join(folder, 'a:b:c-2.json'), 'another');
  writeFileSync(join(folder, 'a:b:c.json'), 'one');
  const feed = localDirectorySource(folder, silent).open(parseProfile('a:b:c') as Profile);
  const poll = async () => (await feed.poll(signal)).fetched?.content.toString();

  const before = [await poll(), await poll()];
  writeFileSync(join(folder, 'a:b:c.json'), 'changed');
  const after = [await poll(), await poll()];

  expect([before, after]).toEqual([
    ['one', undefined],
    ['changed', undefined],
  ]);
  rmSync(folder, { recursive: true });
});

it('a file with an unknown ending is named, with what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  writeFileSync(join(folder, 'a:b:c.foo'), '');
  const feed = localDirectorySource(folder, silent).open(parseProfile('a:b:c') as Profile);

  await expect(feed.poll(signal)).rejects.toThrow(
    `${folder} has no file for a:b:c; a:b:c.foo has an unknown ending: a type can be its ending, e.g. a:b:c.text%csv`,
  );
  rmSync(folder, { recursive: true });
});

it('of two files of one configuration the first in order is served, and the log says so once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-'));
  const lines: string[] = [];
  const log = { ...silent, info: (line: string) => lines.push(line) };
  for (const ending of ['.yaml', '.json']) writeFileSync(join(folder, `a:b:c${ending}`), ending);
  const feed = localDirectorySource(folder, log).open(parseProfile('a:b:c') as Profile);

  const first = await feed.poll(signal);
  writeFileSync(join(folder, 'a:b:c.json'), 'changed');
  await feed.poll(signal);

  expect(first.fetched?.content.toString()).toBe('.json');
  expect(lines).toEqual(['Serving a:b:c.json and not a:b:c.yaml, which have the same name']);
  rmSync(folder, { recursive: true });
});

it.each(['.json', '', '.application%json%type=AWS.AppConfig.FeatureFlags'])(
  'flags in the form in which AppConfig stores them are served as it sends them: %j',
  async (ending) => {
    const folder = mkdtempSync(join(tmpdir(), 'local-'));
    const lines: string[] = [];
    const log = { ...silent, info: (line: string) => lines.push(line) };
    const stored = { version: '1', flags: { f: { name: 'f' } }, values: { f: { enabled: true, n: 1 } } };
    writeFileSync(join(folder, `a:b:c${ending}`), `\uFEFF${JSON.stringify(stored)}`);

    const { fetched } = await localDirectorySource(folder, log)
      .open(parseProfile('a:b:c') as Profile)
      .poll(signal);

    expect([fetched?.contentType, fetched?.content.toString()]).toEqual([
      'application/json',
      '{"f":{"enabled":true,"n":1}}',
    ]);
    expect(lines).toEqual([expect.stringContaining('has the form in which AppConfig stores flags')]);
    rmSync(folder, { recursive: true });
  },
);

it('a file that is not there is a resource that is not found', async () => {
  const feed = localDirectorySource(tmpdir(), silent).open(parseProfile('no:such:file') as Profile);

  await expect(feed.poll(signal)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it.each(['.json', '.application%ion', '.txt', '.yaml'])(
  'a text that ends in %s loses its byte order mark',
  async (ending) => {
    const folder = mkdtempSync(join(tmpdir(), 'local-'));
    writeFileSync(join(folder, `a:b:c${ending}`), '\uFEFF{"a":1}');
    writeFileSync(join(folder, 'a:b:raw'), '\uFEFF{"a":1}');
    const read = async (name: string) => {
      const { fetched } = await localDirectorySource(folder, silent)
        .open(parseProfile(name) as Profile)
        .poll(signal);
      return fetched?.content.toString();
    };

    expect([await read('a:b:c'), await read('a:b:raw')]).toEqual(['{"a":1}', '\uFEFF{"a":1}']);
    rmSync(folder, { recursive: true });
  },
);
