/**
 * Writes the tables of settings in README.md and docs/settings.md from their declarations. With `--check` it only says whether
 * they are up to date, by its exit code.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hostSettings } from '../extensions/host/settings.ts';
import { settings as secretsSettings } from '../extensions/secrets/settings.ts';
import type { Settings } from '../foundation/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const tables: Record<string, Settings> = { host: hostSettings, secrets: secretsSettings };
const pages = ['README.md', 'docs/settings.md'];

const stale = pages.filter((page) => {
  const before = readFileSync(root + page, 'utf8');
  const after = Object.entries(tables).reduce((text, [name, settings]) => fill(text, name, table(settings)), before);
  if (!process.argv.includes('--check')) writeFileSync(root + page, after);
  return after !== before;
});
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`${stale.join(' and ')}: the settings have changed; run "npm run settings"`);
  process.exitCode = 1;
}

/** Replaces what stands between `<!-- settings: NAME -->` and `<!-- end -->`. */
function fill(page: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- settings: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  return page.replace(section, (_all, start, end) => `${start}${content}${end}`);
}

function table(settings: Settings): string {
  const rows = Object.values(settings).map(
    ({ variable, fallback, expected, purpose }) =>
      `| \`${variable}\` | ${describeFallback(fallback)} | ${purpose} | ${expected} |\n`,
  );
  return `| variable | default | what it does | expected |\n|---|---|---|---|\n${rows.join('')}`;
}

function describeFallback(fallback: unknown): string {
  const text = String(fallback ?? '');
  return text === '' ? 'none' : `\`${text}\``;
}
