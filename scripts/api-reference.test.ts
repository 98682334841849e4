import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readExports } from './read-exports.ts';
import { referenceOf } from './reference-of.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exports-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function exportsOf(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readExports(join(folder, 'index.ts'));
}

it('follows exports to their declarations, with their docstrings', () => {
  const exported = exportsOf({
    'index.ts': "export { type Bounds, add } from './add.ts';\n",
    'add.ts': `
/** Not exported by the entry. */
export const other = 1;
/**
 * Adds
 * an item.
 * @param item any
 * @throws RangeError if it cannot.
 */
export function add<T>(
  item: T,
): number {
  return 1;
}
/** Bounds. */
export interface Bounds extends Base {
  /** How many: 1 | 2. */
  readonly items: number;
  // Not a docstring.
  bytesOf?(item: string): number;
}
`,
  });

  expect(exported).toEqual([
    {
      name: 'Bounds',
      kind: 'type',
      signature: 'Bounds extends Base',
      doc: 'Bounds.',
      members: [
        { name: 'items', type: 'number', doc: 'How many: 1 | 2.' },
        { name: 'bytesOf?', type: '(item: string): number', doc: '' },
      ],
    },
    {
      name: 'add',
      kind: 'function',
      signature: 'add<T>( item: T, ): number',
      doc: 'Adds an item. @param item any @throws RangeError if it cannot.',
      members: [],
    },
  ]);
  expect(referenceOf(exported)).toBe(`| function | |
|---|---|
| \`add<T>( item: T, ): number\` | Adds an item.<br>\`item\`: any<br>Throws RangeError if it cannot. |

\`Bounds extends Base\`: Bounds.

| member | |
|---|---|
| \`items: number\` | How many: 1 \\| 2. |
| \`bytesOf?(item: string): number\` |  |

`);
});

it('fails where an entry exports what nobody declares', () => {
  expect(() => exportsOf({ 'index.ts': "export { gone } from './a.ts';", 'a.ts': '' })).toThrow(
    'does not declare gone',
  );
});
