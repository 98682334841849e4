/**
 * Writes the API reference in docs/extensions.md from the docstrings of what the package exports for extensions. With `--check` it
 * writes nothing and fails if the page is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readExports } from './read-exports.ts';
import { referenceOf } from './reference-of.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = `${root}docs/extensions.md`;
const entries = {
  extension: 'extensions/sdk/index.ts',
  run: 'extensions/host/run-alone.ts',
  internal: 'extensions/preload/internal/index.ts',
};

const before = readFileSync(page, 'utf8');
const after = Object.entries(entries).reduce(withReference, before);
if (after !== before && process.argv.includes('--check')) {
  console.error('docs/extensions.md: the API has changed; run "npm run reference"');
  process.exitCode = 1;
} else if (after !== before) writeFileSync(page, after);

/** Replaces the text between `<!-- api: NAME -->` and `<!-- end -->`. */
function withReference(text: string, [name, entry]: [string, string]): string {
  const section = new RegExp(`(<!-- api: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  if (!section.test(text)) throw new Error(`docs/extensions.md has no place for ${name}`);
  const reference = referenceOf(readExports(root + entry));
  return text.replace(section, (_all, start, end) => `${start}${reference}${end}`);
}
