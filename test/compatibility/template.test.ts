/** What a user has: the packages from a registry, and projects that the command makes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa, execaSync } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../foundation/version.ts';
import { readTemplate } from '../../project/index.ts';
import { npm } from '../support/installed-package.ts';
import { type NpmRegistry, startNpmRegistry } from '../support/servers/npm-registry.ts';

const MINUTE = 60_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The template's own tools are those of the checkout, so that the test asks no other registry. */
const PATH = [dirname(process.execPath), join(ROOT, 'node_modules/.bin'), process.env.PATH].join(delimiter);

let registry: NpmRegistry;
let folder: string;
beforeAll(async () => {
  registry = await startNpmRegistry();
  folder = mkdtempSync(join(tmpdir(), 'template-'));
}, 5 * MINUTE);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await registry?.[Symbol.asyncDispose]();
});

it('"npm install lambda-node-extended" installs the package alone, with its command and its testing kit', {
  timeout: 2 * MINUTE,
}, () => {
  const project = join(folder, 'empty');
  mkdirSync(project);

  npm(project, 'install', 'lambda-node-extended', ...registry.flags);

  const { dependencies } = readJson(join(project, 'package.json'));
  const { stdout } = execaSync('npx', ['lambda-node-extended', '--version'], { cwd: project, env: { PATH } });
  expect(dependencies).toEqual({ 'lambda-node-extended': `^${VERSION}` });
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'lambda-node-extended',
  ]);
  expect(stdout).toContain(VERSION);
  // The testing kit works without testcontainers, and a container says what is missing.
  const kit = execaSync(process.execPath, ['--input-type=module', '--eval', USES_KIT], { cwd: project, reject: false });
  expect(kit.stdout).toBe('true');
  expect(kit.stderr).toContain('LambdaContainer needs testcontainers, which is not installed');
});

const USES_KIT = `
  import { hasLine, LambdaContainer } from 'lambda-node-extended/testing';
  console.log(hasLine({ lines: [{ text: 'a line' }] }, 'line'));
  new LambdaContainer();`;

it.each([
  ['the Node.js of the checkout', dirname(process.execPath)],
  ['the machine’s own, which may be older', machinesNode()],
])(
  'the first screen of the README runs in an empty folder on %s, and answers what it says',
  async (_which, nodeFolder) => {
    const project = mkdtempSync(join(folder, 'first-screen-'));
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const block = (language: string) =>
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)?.[1] ?? '';
    const [, promised = ''] = /answers `(.+)`/.exec(readme) ?? [];
    writeFileSync(join(project, 'handler.mjs'), block('js'));
    const env = { PATH: [nodeFolder, PATH].join(delimiter), npm_config_registry: registry.url };

    const dev = spawn('bash', ['-ec', block('sh')], { cwd: project, env, detached: true });
    const url = await nextLine(createInterface(dev.stdout)[Symbol.asyncIterator](), (line) => URL.canParse(line));
    const answer = await (await fetch(url, { method: 'POST', body: '{}' })).text();
    process.kill(-Number(dev.pid), 'SIGINT');
    await once(dev, 'exit');

    expect(answer).toBe(promised);
  },
);

it('the lock of the template is that of its package.json, and names no build of ours', () => {
  const { dependencies, devDependencies } = readJson(join(ROOT, 'handler-template/package.json'));
  const { packages } = readJson(join(ROOT, 'handler-template/package-lock.json')) as {
    packages: Record<string, Record<string, unknown>>;
  };

  expect(packages['']).toMatchObject({ dependencies, devDependencies });
  expect(packages['node_modules/lambda-node-extended']).toMatchObject({ version: VERSION });
  // Of a published package npm adds both. Those of a build on this machine would be wrong.
  expect(packages['node_modules/lambda-node-extended']).not.toHaveProperty('integrity');
  expect(packages['node_modules/lambda-node-extended']).not.toHaveProperty('resolved');
});

it('its tools have the versions that this repository tests with', () => {
  const { version, devDependencies: ours } = readJson(join(ROOT, 'package.json'));

  for (const template of ['handler-template', 'extension-template']) {
    const { devDependencies } = readJson(join(ROOT, template, 'package.json'));
    expect({ 'lambda-node-extended': version, ...ours }).toMatchObject(devDependencies ?? {});
  }
});

it('a copy of the template passes its own tests and its type check', { timeout: 2 * MINUTE }, () => {
  using template = copyTemplate();

  const tests = execaSync('npm', ['test'], { cwd: template.folder, env: { PATH } });
  const types = execaSync('npm', ['run', 'typecheck'], { cwd: template.folder, env: { PATH }, reject: false });

  expect(tests.stdout).toMatch(/Tests .*3 passed/);
  expect(types.stdout).not.toContain('error');
  expect(types.exitCode).toBe(0);
});

it('"npm run dev" reads local-values.json, sees a new build, and ends with Ctrl-C', {
  timeout: 2 * MINUTE,
}, async () => {
  using template = copyTemplate();
  // As in a terminal: Ctrl-C reaches the whole process group.
  const options = { cwd: template.folder, env: { PATH }, detached: true } as const;
  const dev = spawn('npm', ['run', 'dev'], options);
  const ended = once(dev, 'exit');
  using _group = { [Symbol.dispose]: () => killGroup(dev) };
  let errors = '';
  dev.stderr.on('data', (text) => {
    errors += text;
  });
  const lines = createInterface(dev.stdout)[Symbol.asyncIterator]();
  const url = await nextLine(lines, (line) => URL.canParse(line));
  const ask = async () => (await fetch(url, { method: 'POST', body: '{}' })).json();

  const first = await ask();
  const handler = join(template.folder, 'src/handler.ts');
  writeFileSync(handler, readFileSync(handler, 'utf8').replace('{ id: secretId,', "{ id: 'edited',"));
  execaSync('npm', ['run', 'build'], { cwd: template.folder, env: { PATH } });
  await nextLine(lines, (line) => line.includes('The files changed'));
  const second = await ask();
  process.kill(-Number(dev.pid), 'SIGINT');
  const rest: string[] = [];
  for await (const line of { [Symbol.asyncIterator]: () => lines }) rest.push(line);
  await ended;

  expect(first).toMatchObject({
    secret: { id: 'demo/database', fields: ['username', 'password'] },
    parameter: { name: '/demo/greeting', value: 'Hello from a local file' },
  });
  expect(second).toMatchObject({ secret: { id: 'edited' } });
  expect(rest.join('\n')).toContain('shutting the environment down');
  expect(rest.filter((line) => /error|failure/i.test(line))).toEqual([]);
  expect(errors).toBe('');
});

describe('"npm create lambda-node-extended"', () => {
  let parent: string;
  beforeAll(() => {
    parent = mkdtempSync(join(folder, 'created-'));
    // npm needs a terminal to ask whether it may install a package that it runs.
    for (const kind of ['extension', 'function'])
      npm(parent, 'create', '--yes', 'lambda-node-extended', kind, `my-${kind}`, ...registry.flags);
  }, 5 * MINUTE);

  it('makes the project of an extension, whose source is the short example of the README', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

    const made = readTemplate(join(parent, 'my-extension'));

    expect(made).toEqual(readTemplate(join(ROOT, 'extension-template')));
    expect(readme).toContain(`\`\`\`ts\n${made['src/extension.ts']}\`\`\`\n`);
  });

  it('makes the project of a function, which is the template', () => {
    expect(readTemplate(join(parent, 'my-function'))).toEqual(readTemplate(join(ROOT, 'handler-template')));
  });

  it('refuses a folder that is not empty and another kind, with one sentence', { timeout: 2 * MINUTE }, () => {
    const run = (...args: string[]) =>
      execaSync('npm', ['create', '--yes', 'lambda-node-extended', ...args, ...registry.flags], {
        cwd: parent,
        env: { PATH },
        reject: false,
      });

    expect(run('extension', 'my-extension').stderr).toContain('my-extension is there already');
    expect(run('layer', 'mine').stderr).toContain('"layer" cannot be made: expected "new extension NAME"');
    expect(readdirSync(parent).sort()).toEqual(['my-extension', 'my-function']);
  });
});

it('the project of an extension builds, and passes its lint, its type check and its tests', {
  timeout: 2 * MINUTE,
}, async () => {
  using project = copyTemplate('extension-template');
  const run = (...args: string[]) =>
    execa('npm', args, { cwd: project.folder, env: { PATH }, reject: false, all: true });

  const tests = await run('test');
  const lint = await run('run', 'lint');
  const types = await run('run', 'typecheck');

  expect(tests.all).toMatch(/Tests .*5 passed/);
  expect(tests.all).toContain('dist/layers/my-extension-arm64.zip');
  expect([lint.exitCode, types.exitCode], `${lint.all}${types.all}`).toEqual([0, 0]);
});

/** The folder of the first `node` that no package has brought. */
function machinesNode(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((path) => !path.includes('node_modules'));
  return folders.find((path) => existsSync(join(path, 'node'))) ?? dirname(process.execPath);
}

/** What a test that failed has left. */
function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-Number(pid), 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}

/** Below `dist`, where Node.js finds the checkout's tools, but our package in its own `node_modules`. */
function copyTemplate(template = 'handler-template'): { folder: string } & Disposable {
  const copy = mkdtempSync(join(ROOT, 'dist/template-'));
  const isSource = (file: string) => !['node_modules', 'dist'].includes(basename(file)) || file === copy;
  cpSync(join(ROOT, template), copy, { recursive: true, filter: isSource });
  const manifest = readJson(join(copy, 'package.json'));
  const dependencies = { 'lambda-node-extended': VERSION };
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, dependencies, devDependencies: {} }));
  npm(copy, 'install', '--no-package-lock', ...registry.flags);
  if (!existsSync(join(copy, 'node_modules/lambda-node-extended/dist/lib'))) throw new Error('npm installed nothing.');
  cpSync(join(ROOT, template, 'package.json'), join(copy, 'package.json'));
  return { folder: copy, [Symbol.dispose]: () => rmSync(copy, { recursive: true }) };
}

async function nextLine(lines: AsyncIterator<string>, isIt: (line: string) => boolean): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error('It ended.');
    if (isIt(value)) return value;
  }
}

function readJson(file: string): Record<string, Record<string, unknown>> {
  return JSON.parse(readFileSync(file, 'utf8'));
}
