/**
 * Writes the tables of settings and limits in README.md and docs, and the JSON Schema of telemetry's configuration, from their
 * declarations. With `--check` it writes nothing and fails if they are out of date.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DestinationType } from '../extensions/telemetry/exporters/exporter.ts';
import type { Settings } from '../foundation/settings.ts';
import { describeFallback, settingsTable } from '../foundation/settings-table.ts';
import { declaredSettings, loadDestinations } from './declared-settings.ts';
import { limitsTables } from './limits-table.ts';
import { telemetrySchema } from './telemetry-schema.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  'README.md',
  'docs/settings.md',
  'docs/insights.md',
  'docs/limits.md',
  'docs/snapstart.md',
  ...globSync('docs/telemetry*.md', { cwd: root }),
];

const isCheck = process.argv.includes('--check');

const destinations = await loadDestinations();
const files = new Map([
  ...pages.map((page) => [page, withTables(readFileSync(root + page, 'utf8'))] as const),
  ['docs/telemetry-config.schema.json', `${JSON.stringify(telemetrySchema(destinations), null, 2)}\n`],
]);

const stale = [...files].filter(([file, content]) => isStale(file, content)).map(([file]) => file);
if (isCheck && stale.length > 0) {
  console.error(`${stale.join(' and ')}: the settings have changed; run "npm run settings"`);
  process.exitCode = 1;
}

/** Whether the file differs. Writes it unless this is a check. */
function isStale(file: string, content: string): boolean {
  const before = existsSync(root + file) ? readFileSync(root + file, 'utf8') : undefined;
  if (!isCheck && before !== content) writeFileSync(root + file, content);
  return before !== content;
}

function withTables(page: string): string {
  const contents = [
    ...Object.entries(declaredSettings).map(([name, settings]) => [name, settingsTable(settings)] as const),
    ...destinations.map(({ name, settings }) => [`telemetry/${name}`, destinationTable(settings)] as const),
  ];
  const variables = destinations.map((type) => [`telemetry/${type.name}`, variablesTable(type)] as const);
  const withSettings = contents.reduce((text, [name, content]) => fill(text, 'settings', name, content), page);
  const withVariables = variables.reduce(
    (text, [name, content]) => fill(text, 'variables', name, content),
    withSettings,
  );
  return Object.entries(limitsTables).reduce((text, [name, make]) => fill(text, 'limits', name, make()), withVariables);
}

/** Replaces the text between `<!-- settings: NAME -->` and `<!-- end -->`. */
function fill(page: string, kind: 'settings' | 'variables' | 'limits', name: string, content: string): string {
  const section = new RegExp(`(<!-- ${kind}: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
  return page.replace(section, (_all, start, end) => `${start}${content}${end}`);
}

/** With the keys that replace the variables in `TELEMETRY_CONFIG`. */
function destinationTable(settings: Settings): string {
  const rows = Object.entries(settings).map(([key, { variable, fallback, expected, purpose }]) => {
    const allowed = expected === 'text' ? '' : ` Expected: ${expected}.`;
    return `| \`${variable}\` | \`${key}\` | ${describeFallback(fallback)} | ${purpose}${allowed} |\n`;
  });
  return `| variable | key in JSON | default | what it is |\n|---|---|---|---|\n${rows.join('')}`;
}

/** What becomes of each variable of the vendor's own extension. */
function variablesTable({ settings, readElsewhere = [], unread = [] }: DestinationType): string {
  const honoured = Object.values(settings)
    .map(({ variable }) => variable)
    .filter((variable) => !variable.startsWith('TELEMETRY_'))
    .concat(readElsewhere)
    .map((variable) => `| \`${variable}\` | honoured | |\n`);
  const others = unread.map(({ variable, instead }) => `| \`${variable}\` | no | ${linkable(instead)} |\n`);
  return `| variable of the vendor’s | honoured here | in its place |\n|---|---|---|\n${[...honoured, ...others].join('')}`;
}

/** Names of variables as code, unless they are already. */
function linkable(text: string): string {
  return text.replaceAll(/(?<!`)\b([A-Z]+_[A-Z_]+)\b(?!`)/g, '`$1`');
}
