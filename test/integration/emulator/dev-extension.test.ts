/** `lambda-node-extended dev --extension`: builds, runs, watches, and restarts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildDevExtensions } from '../../../emulator/dev-extension.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
let folder: string;
beforeAll(() => {
  // Below the checkout, where Node.js finds its packages.
  folder = mkdtempSync(join(ROOT, 'dist/dev-extension-'));
  cpSync(join(ROOT, 'extension-template'), folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('runs what was saved last, and goes on with what was built before while there is a mistake', {
  timeout: 120_000,
}, async () => {
  const source = join(folder, 'src/extension.ts');
  const original = readFileSync(source, 'utf8');
  writeFileSync(join(folder, '.env'), 'MY_EXTENSION_SLOW_MS=1\n');
  const flags = ['--extension', 'src/extension.ts', '--function-dir', 'function', '--env', '.env', '--timeout', '60'];
  const dev = start('dev', ...flags, '--opt-dir', join(ROOT, 'dist/lib/opt'), '--port', '0', '--runtime-api-port', '0');
  const lines = linesOf(dev);
  const url = await lines.until((line) => URL.canParse(line));
  const invoke = () => fetch(url, { method: 'POST', body: '{"waitMs":10}' }).then((response) => response.text());

  await invoke();
  writeFileSync(source, `${original}\nconst = 1;\n`);
  const mistake = await lines.until((line) => line.includes('src/extension.ts:'));
  await lines.until((line) => line.includes('runs on as it was built before'));
  writeFileSync(source, original.replace(' took ', ' needed '));
  await lines.until((line) => line.includes('The files changed'));
  await lines.until((line) => /Invocation \S+ took \d+ ms\./.test(line));
  await invoke();
  dev.kill('SIGINT');
  await lines.until((line) => /Invocation \S+ needed \d+ ms\./.test(line));
  const [status] = await once(dev, 'exit');

  expect(mistake).toMatch(/src\/extension\.ts:\d+:7: /);
  expect(status).toBe(0);
});

describe('what is saved', () => {
  const source = (name: string, more = '') =>
    `${more}\nexport default { name: '${name}', settings: {}, init: () => ({}) };\n`;

  async function watching(text: string) {
    const project = mkdtempSync(join(folder, 'project-'));
    writeFileSync(join(project, 'watched.ts'), text);
    const extensions = await buildDevExtensions(['watched.ts'], join(ROOT, 'dist/lib/opt'), project);
    const notices: string[] = [];
    let builds = 0;
    extensions.watch({ notice: (one) => void notices.push(one), built: async () => void builds++ });
    const modules = () => readdirSync(join(extensions.optDir, 'lambda-node-extended/modules'));
    const until = (isIt: () => boolean) => vi.waitUntil(isIt, { timeout: 20_000, interval: 50 });
    const save = (text: string, name = 'watched.ts') => writeFileSync(join(project, name), text);
    return { project, notices, modules, until, save, builds: () => builds, [Symbol.dispose]: extensions.close };
  }

  it('is built where the mistake was in a file that is new', async () => {
    using dev = await watching(source('first'));

    dev.save('const = 1;', 'more.ts');
    dev.save(source('second', "import './more.ts';"));
    await dev.until(() => dev.notices.length > 0);
    dev.save('export {};', 'more.ts');
    await dev.until(() => dev.builds() > 0);

    expect(dev.notices).toEqual([expect.stringContaining('more.ts:1:7')]);
    expect(dev.modules()).toEqual(['second.cjs']);
  });

  it('is built where it was saved during a build', async () => {
    using dev = await watching(source('first'));
    const third = JSON.stringify(source('third'));

    // The build loads what it has built, to learn its name.
    dev.save(
      source(
        'second',
        `require('node:fs').writeFileSync(${JSON.stringify(join(dev.project, 'watched.ts'))}, ${third});`,
      ),
    );
    await dev.until(() => dev.modules().includes('third.cjs'));

    expect(dev.notices).toEqual([]);
  });

  it('does not replace what runs where the host refuses it', async () => {
    using dev = await watching(source('first'));

    dev.save(source('second').replace('settings: {}', 'settings: { every: 10 }'));
    await dev.until(() => dev.notices.length > 0);

    expect(dev.notices).toEqual([expect.stringContaining('settings.every is no setting')]);
    expect(dev.modules()).toEqual(['first.cjs']);
  });
});

it('says what is wrong with the source, and starts nothing', async () => {
  writeFileSync(join(folder, 'bad.ts'), 'export default 1;');
  const dev = start('dev', '--extension', 'bad.ts', '--opt-dir', join(ROOT, 'dist/lib/opt'));
  let errors = '';
  dev.stderr?.on('data', (text) => {
    errors += text;
  });

  const [status] = await once(dev, 'close');

  expect(status).toBe(2);
  expect(errors).toContain('bad.ts exports no extension');
});

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'emulator/main.ts'), ...args], { cwd: folder, stdio: 'pipe' });
}

function linesOf(child: ChildProcess) {
  const lines = createInterface(child.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  const seen: string[] = [];
  return {
    /** The next line of that kind. */
    async until(isIt: (line: string) => boolean): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`It ended. It said:\n${seen.join('\n')}`);
        seen.push(value);
        if (isIt(value)) return value;
      }
    },
  };
}
