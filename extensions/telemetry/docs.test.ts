import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../foundation/settings.ts';
import { readConfig } from './config/config.ts';
import { destinationTypes } from './exporters/catalog.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');

/** What a document leaves out comes from the variables. */
const OF_VENDORS = { DD_API_KEY: 'k', SPLUNK_HEC_URL: 'https://splunk.example.com', SPLUNK_HEC_TOKEN: 't' };

const documented = globSync('telemetry*.md', { cwd: DOCS }).flatMap((page) => {
  const text = readFileSync(resolve(DOCS, page), 'utf8');
  const environments = blocksOf(text, 'dockerfile').map((block, at) => [
    `${page} ENV ${at + 1}`,
    variablesOf(block),
    undefined,
  ]);
  const documents = blocksOf(text, 'json')
    .filter((block) => /"(destinations|routes)"/.test(block))
    .map((block, at) => [`${page} JSON ${at + 1}`, OF_VENDORS, block]);
  return [...environments, ...documents] as [string, Record<string, string>, string | undefined][];
});

it.each(documented)('%s configures destinations without a problem', async (_where, variables, document) => {
  const { config, problems } = await readConfig({
    text: document,
    types: variables.TELEMETRY_DESTINATIONS?.split(',') ?? [],
    catalog: destinationTypes,
    readFile: () => '{}',
    settings: (declarations) => readSettings(declarations, variables).values,
  });

  expect(problems).toEqual([]);
  if (variables.TELEMETRY_DESTINATIONS) expect(config?.destinations).not.toEqual([]);
});

it('Datadog’s first example has a key', () => {
  const [first] = blocksOf(readFileSync(resolve(DOCS, 'telemetry-datadog.md'), 'utf8'), 'dockerfile');

  expect(Object.keys(variablesOf(first ?? ''))).toContainEqual(expect.stringMatching(/^DD_.*API_KEY/));
});

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block = '']) => block);
}

/** Of `ENV A=1 \ B='2'`. Docker takes a backslash away, and quotes. */
function variablesOf(block: string): Record<string, string> {
  const lines = block.replaceAll('\\\n', ' ').match(/^ENV .*$/gm) ?? [];
  const pairs = lines.flatMap((line) => line.slice('ENV '.length).match(/[A-Z_]+=(?:'[^']*'|"[^"]*"|\S+)/g) ?? []);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name = '', value = ''] = /^([A-Z_]+)=(.*)$/.exec(pair) ?? [];
      return [name, value.replace(/^(['"])(.*)\1$/, '$2').replaceAll('\\$', '$')];
    }),
  );
}
