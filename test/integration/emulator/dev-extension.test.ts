/** `lambda-node-extended dev --extension`: builds, runs, watches, and restarts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';

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
