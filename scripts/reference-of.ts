import type { Exported } from './read-exports.ts';

/** Exports as Markdown: a table of functions, then a table for each type that has members, and one for the other types. */
export function referenceOf(exported: readonly Exported[]): string {
  const functions = exported.filter(({ kind }) => kind === 'function');
  const shapes = exported.filter(({ kind, members }) => kind !== 'function' && members.length > 0);
  const others = exported.filter(({ kind, members }) => kind !== 'function' && members.length === 0);
  return [
    ...table(
      'function',
      functions.map(({ signature, doc }) => [code(signature), prose(doc)]),
    ),
    ...shapes.flatMap(({ signature, doc, members }) => [
      `${code(signature)}${doc === '' ? '' : `: ${prose(doc)}`}\n\n`,
      ...table(
        'member',
        members.map(({ name, type, doc }) => [code(member(name, type)), prose(doc)]),
      ),
    ]),
    ...table(
      'type',
      others.map(({ signature, doc }) => [code(signature), prose(doc)]),
    ),
  ].join('');
}

/** With a blank line after it, since text may follow. */
function table(head: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  return [`| ${head} | |\n|---|---|\n`, ...rows.map(([left, right]) => `| ${left} | ${right} |\n`), '\n'];
}

function member(name: string, type: string): string {
  return /^[(<]/.test(type) ? `${name}${type}` : `${name}: ${type}`;
}

/** In a table a bar ends the cell, also within code. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``;
}

/** Tags of a docstring as sentences. */
function prose(doc: string): string {
  return doc
    .replaceAll('|', '\\|')
    .replaceAll(/ ?@(?:param|typeParam) (\w+) /g, '<br>`$1`: ')
    .replaceAll(/ ?@returns /g, '<br>Returns ')
    .replaceAll(/ ?@throws /g, '<br>Throws ')
    .replace(/^<br>/, '');
}
