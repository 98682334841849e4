import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readFlags, withoutEnd } from './flags/read-flags.ts';
import { readManifest } from './manifest.ts';
import { contentTypeOf } from './sources/local-directory.ts';

const page = readFileSync(new URL('../../docs/appconfig.md', import.meta.url), 'utf8');
const block = (start: string) => page.split('```').find((text) => text.startsWith(start)) ?? '';

it('the manifest of the docs is one', async () => {
  const problems: string[] = [];
  const manifest = await readManifest(block('json\n{\n  "shop').slice('json'.length), (problem) =>
    problems.push(problem),
  );

  expect(problems).toEqual([]);
  expect([...manifest.keys()]).toEqual(['shop:prod:limits', 'billing:prod:flags']);
  expect(manifest.get('billing:prod:flags')).toMatchObject({
    role: { arn: 'arn:aws:iam::123456789012:role/reader', durationSeconds: 7_200 },
    writeTo: '/tmp/billing-flags.json',
    schema: { required: ['invoices'] },
  });
});

it('the flags of the docs are read', async () => {
  const problems: string[] = [];
  const flags = await readFlags(block("\n'colorway'"), (problem) => problems.push(problem));

  expect(problems).toEqual([]);
  expect(flags.get('colorway')?.evaluate(new Map([['userId', 'beta-1']]), withoutEnd)).toContain('"background":"blue"');
});

it('the file names of the docs have the types that the docs give them', () => {
  const inBackticks = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  const rows = [...page.matchAll(/^\| (`shop:prod:[^|]+) \| ([^|]+) \|$/gm)].map(([, files, types]) => ({
    endings: inBackticks(files).map((name) => name.replace(/^shop:prod:(limits|flags)/, '')),
    types: inBackticks(types),
  }));

  const wrong = rows.filter(({ endings, types }) =>
    endings.some((ending, index) => contentTypeOf(ending) !== (types[index] ?? types[0] ?? ION)),
  );

  expect(rows.length).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
});

const ION = 'application/ion; type=AWS.AppConfig.FeatureFlags';
