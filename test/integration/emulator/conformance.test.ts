import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(`${root}/docs/conformance.md`, 'utf8');

interface Row {
  readonly section: string;
  readonly file: string;
  readonly title: string;
  readonly case: string | undefined;
}

/** `| rule | `file` title of the test [case] |` */
const rows: Row[] = page.split('\n## ').flatMap((part) => {
  const section = part.split(' ', 1)[0] ?? '';
  return [...part.matchAll(/^\|.+\| `([\w/-]+)` (.+?)(?: \[([^\]]+)\])? \|$/gm)].map(
    ([, file = '', title = '', name]) => ({
      section,
      file,
      title,
      case: name,
    }),
  );
});

const pathOf = (file: string) => (file.includes('/') ? `${file}.test.ts` : `test/integration/emulator/${file}.test.ts`);

describe('the table of conformance', () => {
  it('has rows for each part of the contract', () => {
    const sections = [
      '1.1',
      '1.2',
      '1.3',
      '1.4',
      '1.5',
      '1.6',
      '1.7',
      '1.8',
      '1.9',
      '3.1',
      '3.2',
      '3.3',
      '3.4',
      '4.1',
      '4.2',
      '4.3',
      '4.4',
    ];

    expect([...new Set(rows.map(({ section }) => section))]).toEqual(sections);
  });

  it('names a test in every row', () => {
    const written = page.split('\n').filter((line) => line.startsWith('|') && !/^\|(---| rule \|)/.test(line));

    expect(rows).toHaveLength(written.length);
  });

  it.each(rows)('$section: $file has the test "$title"', ({ file, title, case: name }) => {
    const source = readFileSync(`${root}/${pathOf(file)}`, 'utf8');

    expect(source.replaceAll(/\(\s+'/g, "('")).toContain(`('${title}'`);
    if (name !== undefined) expect(source).toContain(`'${name}'`);
  });
});
