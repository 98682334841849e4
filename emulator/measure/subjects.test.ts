import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { subjectFolders } from './subjects.ts';

let optDir: string;
beforeAll(() => {
  optDir = mkdtempSync(join(tmpdir(), 'subjects-'));
  mkdirSync(join(optDir, 'extensions/shared'), { recursive: true });
  mkdirSync(join(optDir, 'logs'));
  for (const name of ['extensions/logs', 'extensions/cache', 'extensions/shared/code', 'logs/config'])
    writeFileSync(join(optDir, name), '');
});
afterAll(() => rmSync(optDir, { recursive: true }));

it('makes a folder for each extension alone, with everything else in it, and removes them', () => {
  const subjects = subjectFolders(['none', 'each', 'all'], optDir);

  expect(subjects.folders.map(({ name }) => name)).toEqual(['none', 'cache', 'logs', 'all']);
  const [, cache, logs, all] = subjects.folders.map((one) => one.optDir);
  expect(readdirSync(`${cache}/extensions`).sort()).toEqual(['cache', 'shared']);
  expect(readdirSync(`${logs}/extensions`).sort()).toEqual(['logs', 'shared']);
  expect(existsSync(`${cache}/logs/config`)).toBe(true);
  expect(all).toBe(optDir);
  subjects[Symbol.dispose]();
  expect(existsSync(String(cache))).toBe(false);
  expect(existsSync(optDir)).toBe(true);
});

it('leaves out other extensions only, not files elsewhere that are called as they are', () => {
  mkdirSync(join(optDir, 'nodejs/extensions'), { recursive: true });
  writeFileSync(join(optDir, 'nodejs/extensions/logs'), '');

  using subjects = subjectFolders(['each'], optDir);

  const [cache] = subjects.folders;
  expect(existsSync(join(String(cache?.optDir), 'nodejs/extensions/logs'))).toBe(true);
});

it('tells two folders of the same name apart', () => {
  const paths = ['a/opt', 'b/opt'].map((path) => join(optDir, path));
  for (const path of paths) mkdirSync(path, { recursive: true });

  using subjects = subjectFolders(paths, undefined);

  expect(subjects.folders.map(({ name }) => name)).toEqual(paths);
});

it('takes another folder by its name', () => {
  using subjects = subjectFolders([optDir], undefined);

  expect(subjects.folders).toEqual([{ name: optDir.split('/').at(-1), optDir }]);
});
