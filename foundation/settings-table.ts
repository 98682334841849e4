import type { Settings } from './settings.ts';

/** The declarations as a table in Markdown, one row a variable. */
export function settingsTable(settings: Settings): string {
  const rows = Object.values(settings).map(
    ({ variable, fallback, expected, purpose }) =>
      `| \`${variable}\` | ${describeFallback(fallback)} | ${cell(purpose)} | ${cell(expected)} |\n`,
  );
  return `| variable | default | what it does | expected |\n|---|---|---|---|\n${rows.join('')}`;
}

export function describeFallback(fallback: unknown): string {
  const text = typeof fallback === 'object' && !Array.isArray(fallback) ? '' : String(fallback ?? '');
  return text === '' ? 'none' : `\`${text}\``;
}

/** A bar would begin another column. */
function cell(text: string): string {
  return text.replaceAll(/\r?\n/g, ' ').replaceAll(/(?<!\\)\|/g, '\\|');
}
