import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hostLines, readSupervisorLine } from './control-lines.ts';

const rows = readFileSync(new URL('../../../supervisor/control-vectors.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => row.split('|') as [who: string, line: string, meaning: string]);
const of = (sender: string) =>
  rows.filter(([who]) => who === sender).map(([, line, meaning]) => [line, meaning] as const);

it.each(of('supervisor'))('reads %j as %j', (line, meaning) => {
  const { kind, ...facts } = readSupervisorLine(line) ?? { kind: 'unknown' };

  expect(
    `${kind} ${Object.entries(facts)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`.trim(),
  ).toBe(meaning);
});

it.each(of('host'))('says %j for %j', (line, meaning) => {
  const [kind = '', ...words] = meaning.split(' ');
  const facts = Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  const { mode = '', types, seq, name = '', base64 = '', reason = '', records } = facts;
  const said = {
    takes: () => hostLines.takes(types === undefined ? (mode as 'waits') : { at: types.split(',') }),
    reads: () => hostLines.reads(Number(seq)),
    taken: () => hostLines.taken(Number(seq)),
    give: () => hostLines.give(),
    reported: () => hostLines.reported(reason, Number(records)),
    mark: () => hostLines.mark(name, Number(seq)),
    memo: () => hostLines.memo(base64),
    text: () => hostLines.text(base64),
  }[kind];

  expect(said?.()).toBe(line);
});

it('ignores what a newer supervisor may say', () => {
  expect(['', 'deliver 1 2 3', 'texts', 'mark'].map((line) => readSupervisorLine(line)?.kind)).toEqual([
    undefined,
    undefined,
    undefined,
    'mark',
  ]);
});
