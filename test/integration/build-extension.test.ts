/** `lambda-node-extended build` on the template, and what it writes on the emulator. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import { type Built, buildExtensions } from '../../project/index.ts';
import { unzip } from '../support/lambda/unzip.ts';

const MINUTE = 60_000;
const ROOT = resolve(import.meta.dirname, '../..');
const OPT = join(ROOT, 'dist/lib/opt');

let projectFolder: string;
let built: Built;
beforeAll(async () => {
  // Below the checkout, where Node.js finds its packages.
  projectFolder = mkdtempSync(join(ROOT, 'dist/build-extension-'));
  cpSync(join(ROOT, 'extension-template'), projectFolder, { recursive: true });
  built = await build(['src/extension.ts'], 'dist');
}, 5 * MINUTE);
afterAll(() => rmSync(projectFolder, { recursive: true }));

describe('a build', () => {
  it('writes the extension in each form that Lambda takes, with sizes', () => {
    expect(built.outputs.map(({ path }) => path)).toEqual([
      'dist/modules/my-extension.cjs',
      'dist/opt',
      'dist/extensions/my-extension',
      'dist/layers/my-extension-x86_64.zip',
      'dist/layers/my-extension-arm64.zip',
      'dist/layers/my-extension-alone.zip',
    ]);
    for (const { path, bytes } of built.outputs.filter(({ path }) => path !== 'dist/opt'))
      expect(bytes).toBe(readFileSync(join(projectFolder, path)).length);
    expect(built.problems).toEqual([]);
    // The seam of the host is a type, and of its code only what the module uses is there.
    expect(built.outputs[0]?.bytes).toBeLessThan(10_000);
  });

  it('tells the supervisor what the module wants, and has compiled code for this Node.js', () => {
    const manifest = readFileSync(join(projectFolder, 'dist/opt/lambda-node-extended/manifest'), 'utf8');

    expect(manifest).toContain('extension my-extension\nstarts\ntelemetry platform\nsettings MY_EXTENSION_SLOW_MS\n');
    expect(existsSync(join(projectFolder, 'dist/opt/lambda-node-extended/extensions.cjs.cache'))).toBe(true);
  });

  it.each([
    ['with all extensions', process.arch === 'arm64' ? 'arm64' : 'x86_64', ['lambda-node-extended']],
    ['with this one alone', 'alone', ['my-extension']],
  ])('makes a layer that runs where Lambda unpacks it, %s', async (_what, end, extensions) => {
    const optDir = join(projectFolder, `unpacked-${end}`);
    const entries = await unzip(readFileSync(join(projectFolder, `dist/layers/my-extension-${end}.zip`)), optDir);
    await using emulator = await startEmulator({
      functionDir: join(projectFolder, 'function'),
      optDir,
      timeoutMs: 30_000,
      environment: { MY_EXTENSION_SLOW_MS: '1', NODE_OPTIONS: '--trace-warnings' },
    });

    await emulator.invoke({ waitMs: 10 });
    await emulator.shutdown();

    const lines = emulator.lines.map(({ text }) => text);
    expect(lines).toContainEqual(expect.stringContaining('1 invocations were slow'));
    expect(emulator.lines.filter(({ source }) => source === 'hint')).toEqual([]);
    expect(readdirSync(join(optDir, 'extensions'))).toEqual(extensions);
    expect(entries.filter(({ path }) => /\.cache$|supervisor-/.test(path))).toEqual([]);
  });

  it('makes the same layers again', { timeout: 2 * MINUTE }, async () => {
    const hashes = (folder: string) =>
      ['x86_64', 'arm64', 'alone'].map((architecture) =>
        createHash('sha256')
          .update(readFileSync(join(projectFolder, folder, `layers/my-extension-${architecture}.zip`)))
          .digest('hex'),
      );

    await build(['src/extension.ts'], 'again');

    expect(hashes('again')).toEqual(hashes('dist'));
    expect(hashes('dist')[0]).not.toBe(hashes('dist')[1]);
  });
});

describe('a build is refused, with what to do,', () => {
  it.each([
    ['a mistake of syntax', 'export default {', /^bad\.ts:1:17: /],
    ['a package that is not installed', "import 'no-such-package'", /bad\.ts:1:8: Could not resolve "no-such-package"/],
    [
      'a module without an extension',
      'export const a = 1',
      /bad\.ts exports no extension: expected "export default defineExtension/,
    ],
    [
      'the name of an extension of ours',
      "export default { name: 'secrets', settings: {}, init: () => ({}) }",
      /bad\.ts cannot be called "secrets": the extension secrets is built in\.$/,
    ],
    [
      'a name that is no file',
      "export default { name: '../a', settings: {}, init: () => ({}) }",
      /bad\.ts cannot be called "\.\.\/a": a name has letters/,
    ],
    ['a module that fails when it is loaded', "throw new Error('at once')", /bad\.ts cannot be loaded: .*at once/s],
  ])('for %s', async (_what, source, message) => {
    writeFileSync(join(projectFolder, 'bad.ts'), source);

    await expect(build(['bad.ts'], 'bad')).rejects.toThrow(message);
  });

  it('for two modules of one name', async () => {
    cpSync(join(projectFolder, 'src/extension.ts'), join(projectFolder, 'src/copy.ts'));

    await expect(build(['src/extension.ts', 'src/copy.ts'], 'bad')).rejects.toThrow(
      'src/copy.ts is called my-extension, as',
    );
  });

  it('where esbuild is not installed', async () => {
    const lone = mkdtempSync('/tmp/no-esbuild-');
    mkdirSync(join(lone, 'project'));
    cpSync(join(ROOT, 'project/load-esbuild.ts'), join(lone, 'project/load-esbuild.ts'));
    const { loadEsbuild } = await import(join(lone, 'project/load-esbuild.ts'));

    await expect(loadEsbuild(lone)).rejects.toThrow(
      'This needs esbuild, which is not installed: npm install --save-dev esbuild',
    );
    rmSync(lone, { recursive: true });
  });
});

function build(modules: readonly string[], outDir: string): Promise<Built> {
  return buildExtensions({ modules, projectFolder, outDir, opt: OPT });
}
