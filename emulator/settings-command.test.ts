import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** In a process of its own: Vitest reads modules in its own way. */
function settings(name: string, text: string) {
  const file = join(folder, name);
  writeFileSync(file, text);
  const script = `
    const { settingsText } = await import(${JSON.stringify(join(import.meta.dirname, 'settings-command.ts'))});
    process.stdout.write(await settingsText(${JSON.stringify(file)}));`;
  return execaSync(process.execPath, ['--input-type=module', '--eval', script], { reject: false });
}

const DECLARED = `{ variable: 'AUDIT_PORT', fallback: 2790, purpose: 'Where | it listens.', expected: 'a port', read() {} }`;

it.each([
  ['extension.ts', `const settings: object = { port: ${DECLARED} };\nexport default { settings, init() {} };\n`],
  ['extension.cjs', `module.exports = { settings: { port: ${DECLARED} }, init() {} };\n`],
  ['extension.mjs', `export default { settings: { port: ${DECLARED} }, init() {} };\n`],
])('prints the table of %s', (name, text) => {
  const { stdout } = settings(name, text);

  expect(stdout.split('\n')).toEqual([
    '| variable | default | what it does | expected |',
    '|---|---|---|---|',
    '| `AUDIT_PORT` | `2790` | Where \\| it listens. | a port |',
  ]);
});

it('prints the table of an extension that runs itself, and does not run it', () => {
  const run = join(import.meta.dirname, '../extensions/host/run-alone.ts');
  const { stdout, stderr } = settings(
    'audit.mjs',
    `import { run } from ${JSON.stringify(run)};
    export default run({ name: 'audit', settings: { port: ${DECLARED} }, init: () => ({}) });\n`,
  );

  expect(stderr).toBe('');
  expect(stdout).toContain('| `AUDIT_PORT` | `2790` |');
});

it('says what was expected where the file is no extension', () => {
  const { stderr } = settings('extension.mjs', 'export default { settings: { port: 1 } };');

  expect(stderr).toContain('exports no extension: its default export needs "settings", declared with text(), port()');
});

it('says what is missing without a file', () => {
  const main = join(import.meta.dirname, 'main.ts');

  const { stderr, exitCode } = execaSync(process.execPath, [main, 'settings'], { reject: false });

  expect(stderr).toContain('settings expects the file of an extension: lambda-node-extended settings src/extension.ts');
  expect(exitCode).toBe(2);
});
