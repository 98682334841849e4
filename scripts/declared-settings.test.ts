import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { knownVariables } from './declared-settings.ts';

const docs = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)].filter((name) => name.endsWith('.md'));

it('knows each variable that the tables in the docs have, and none twice', async () => {
  const known = (await knownVariables()).trim().split('\n').slice(1);
  const inTables = docs.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/<!-- settings: [^>]* -->\n([\s\S]*?)<!-- end -->/g)].flatMap(
      ([, table = '']) => [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, variable]) => variable),
    ),
  );

  expect(inTables.length).toBeGreaterThan(100);
  expect(known).toEqual(expect.arrayContaining([...new Set(inTables)]));
  expect(new Set(known).size).toBe(known.length);
});

it.each([
  'EXTENSIONS_CLIENT',
  'EXTENSIONS_EXEC_WRAPPER',
  'APPCONFIG_FLAGS',
  'INSIGHTS_EVENT_LOOP',
  'LOCAL_DEVELOPMENT_DIRECTORY',
  'DD_API_KEY',
])('knows %s', async (variable) => {
  expect((await knownVariables()).split('\n')).toContain(variable);
});
