import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type LogLine, startEmulator } from '../../../emulator/index.ts';

const isRoot = process.getuid?.() === 0;
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
/** Neither mounts nor user namespaces, as in most containers. */
const withoutRights = [
  ...['unshare', '-U', '-r', 'sh', '-c'],
  'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"',
  'sh',
];
const worksHere = (before: string[]) =>
  process.platform === 'linux' && spawnSync(before[0] ?? '', [...before.slice(1), 'true']).status === 0;
const canMakeUserNamespaces = worksHere(['unshare', '-U', '-r', '-m']);

/** An extension in shell: tells what it sees, then follows events. */
const EXTENSION = `#!/bin/sh
echo "cwd=$(pwd) uid=$(id -u) hosts=$(grep -c sandbox.localdomain /etc/hosts) tool=$(command -v layer-tool)"
cat /opt/data.txt
base=http://$AWS_LAMBDA_RUNTIME_API/2020-01-01/extension
id=$(curl -si -H 'Lambda-Extension-Name: tells' -d '{"events":["SHUTDOWN"]}' $base/register |
  sed -n 's/^lambda-extension-identifier: //Ip' | tr -d '\\r')
exec curl -s -H "Lambda-Extension-Identifier: $id" $base/event/next
`;

const HANDLER = `
import imported from 'layered';
import parental from 'parental';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
const require = createRequire(import.meta.url);
export const handler = () => ({
  imported,
  required: require('layered'),
  parental: [parental, require('parental')],
  linked: require('linked'),
  file: import.meta.url,
  cwd: process.cwd(),
  root: process.env.LAMBDA_TASK_ROOT,
  uid: process.getuid(),
  data: existsSync('/opt/data.txt'),
});`;

function makeProject(): Disposable & { folder: string; functionDir: string; optDir: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  write('project/function/index.mjs', HANDLER);
  write('project/node_modules/parental/index.js', 'module.exports = "of a parent folder"');
  write('project/packages/linked/index.js', 'module.exports = "behind a link that leaves the folder"');
  mkdirSync(join(folder, 'project/function/node_modules/ours'), { recursive: true });
  symlinkSync('../../packages/linked', join(folder, 'project/function/node_modules/linked'));
  write('project/function/node_modules/ours/handlers.js', 'exports.handler = async () => "of a package"');
  write('project/function/node_modules/ours/package.json', '{"name":"ours"}');
  write('opt/nodejs/node_modules/layered/index.js', 'module.exports = "of a layer"');
  write('opt/extensions/tells', EXTENSION, 0o755);
  write('opt/bin/layer-tool', '#!/bin/sh\n', 0o755);
  write('opt/data.txt', 'data of the layer\n');
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return {
    folder,
    functionDir: join(folder, 'project/function'),
    optDir: join(folder, 'opt'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(
  before: string[],
  { functionDir, optDir }: { functionDir: string; optDir: string },
  node = process.execPath,
) {
  const script = resolve('test/integration/emulator/sandbox-script.ts');
  const [command = '', ...args] = [...before, node, script, functionDir, optDir];
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  const { payload, lines }: { payload: string; lines: LogLine[] } = JSON.parse(stdout);
  const texts = lines.filter(({ source }) => source !== 'platform').map(({ text }) => text);
  return { result: JSON.parse(payload), texts };
}

const FOUND_ANYWHERE = {
  imported: 'of a layer',
  required: 'of a layer',
  parental: ['of a parent folder', 'of a parent folder'],
  linked: 'behind a link that leaves the folder',
};

describe.runIf(canMakeUserNamespaces)('the folders of Lambda', () => {
  const users: [string, string[], number | undefined][] = [['this user', [], process.getuid?.()]];
  if (isRoot) users.push(['nobody, by a user namespace', nobody, 65_534]);
  it.each(users)('are /var/task and /opt for the function and its extensions, run by %s', (_who, before, uid) => {
    using project = makeProject();

    const { result, texts } = run(before, project);

    expect(result).toEqual({
      ...FOUND_ANYWHERE,
      file: 'file:///var/task/index.mjs',
      cwd: '/var/task',
      root: '/var/task',
      uid,
      data: true,
    });
    expect(texts).toContain(`cwd=/var/task uid=${uid} hosts=1 tool=/opt/bin/layer-tool`);
    expect(texts).toContain('data of the layer');
  });

  it('without the right to mount are their own, which the variables name, and a hint says so', () => {
    using project = makeProject();

    const { result, texts } = run(withoutRights, project);

    expect(result).toMatchObject({
      ...FOUND_ANYWHERE,
      root: project.functionDir,
      cwd: project.functionDir,
      data: false,
    });
    expect(texts).toContainEqual(expect.stringContaining(`tool=${project.optDir}/bin/layer-tool`));
    expect(texts).toContainEqual(expect.stringMatching(/^"tells" names \/opt\/data\.txt, .*user namespaces/));
  });

  it('are bound again for the next environment when a build made them again', async () => {
    using project = makeProject();
    writeFileSync(join(project.functionDir, 'index.mjs'), 'export const handler = () => "first build"');
    await using emulator = await startEmulator({ functionDir: project.functionDir, optDir: 'none' });
    const first = await emulator.invoke();

    rmSync(project.functionDir, { recursive: true });
    mkdirSync(project.functionDir);
    writeFileSync(join(project.functionDir, 'index.mjs'), 'export const handler = () => "second build"');
    await emulator.shutdown();
    const second = await emulator.invoke();

    expect([first.payload, second.payload]).toEqual(['"first build"', '"second build"']);
  });

  it('hold an extension that is a link to a file of a layer by its path in /opt', async () => {
    using project = makeProject();
    writeFileSync(join(project.functionDir, 'index.mjs'), 'export const handler = () => "works"');
    renameSync(join(project.optDir, 'extensions/tells'), join(project.optDir, 'bin/tells'));
    symlinkSync('/opt/bin/tells', join(project.optDir, 'extensions/tells'));
    await using emulator = await startEmulator({ functionDir: project.functionDir, optDir: project.optDir });

    await emulator.init();

    expect(emulator.lines.map(({ text }) => text)).toContain('data of the layer');
  });

  it('that is missing fails the call, and the next one works once it is there', async () => {
    using project = makeProject();
    writeFileSync(join(project.functionDir, 'index.mjs'), 'export const handler = () => "works"');
    await using emulator = await startEmulator({ functionDir: project.functionDir, optDir: 'none' });
    await emulator.invoke();
    await emulator.shutdown();

    renameSync(project.functionDir, `${project.functionDir}-away`);
    const missing = await emulator.invoke();
    renameSync(`${project.functionDir}-away`, project.functionDir);
    const found = await emulator.invoke();

    expect(missing.json()).toMatchObject({
      errorType: 'Sandbox.Failure',
      errorMessage: expect.stringContaining('ENOENT'),
    });
    expect(found.payload).toBe('"works"');
  });

  it('leave no process and no file behind', async () => {
    using project = makeProject();
    // Other emulators of the machine come and go in the usual folder.
    vi.stubEnv('TMPDIR', project.folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    {
      await using emulator = await startEmulator({ functionDir: project.functionDir, optDir: 'none' });
      await emulator.init();
      expect(holders()).toHaveLength(1);
    }

    await expect.poll(holders).toEqual([]);
  });

  it('leave no file behind when the script of the emulator exits without closing it', () => {
    using project = makeProject();
    const options = JSON.stringify({ functionDir: project.functionDir, optDir: 'none' });
    const script = `import { startEmulator } from ${JSON.stringify(resolve('emulator/index.ts'))};
      const emulator = await startEmulator(${options});
      await emulator.init();
      process.exit(7);`;
    const env = { PATH: process.env.PATH, TMPDIR: project.folder };

    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env });

    expect([status, String(stderr)]).toEqual([7, '']);
    expect(readdirSync(project.folder).filter((name) => name.startsWith('lambda-emulator-'))).toEqual([]);
  });
});

function holders(): string[] {
  return execFileSync('ls', [tmpdir()], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name.startsWith('lambda-emulator-'));
}

describe.runIf(isRoot && worksHere(['unshare', '-m']))('a machine without /opt', () => {
  /** The machine of the test: its root has all entries of the real one but /opt. */
  const WITHOUT_OPT = `set -e
    mount -t tmpfs tmpfs "$0"
    for entry in /* /.[!.]*; do
      if [ "$entry" = /opt ]; then continue; fi
      if [ -L "$entry" ]; then cp -P "$entry" "$0"; continue; fi
      if [ -d "$entry" ]; then mkdir "$0$entry"; elif [ -e "$entry" ]; then touch "$0$entry"; else continue; fi
      mount --rbind "$entry" "$0$entry"
    done
    cd "$0"; pivot_root . .; umount -l .; cd /
    if [ -e /opt ]; then exit 1; fi
    exec "$@"`;
  it.each([
    ['root', []],
    ['nobody, by a user namespace', nobody],
  ])('has the layers in /opt for the function and its extensions, run by %s', (_who, user) => {
    using project = makeProject();
    const root = join(project.folder, 'root');
    mkdirSync(root);

    const { result, texts } = run(['unshare', '-m', 'sh', '-c', WITHOUT_OPT, root, ...user], project);

    expect(result).toMatchObject({ ...FOUND_ANYWHERE, cwd: '/var/task', data: true });
    expect(texts).toContain('data of the layer');
    expect(texts).toContainEqual(expect.stringContaining('tool=/opt/bin/layer-tool'));
  });
});

describe.runIf(isRoot && worksHere(['unshare', '-m']))('a Node.js that lies in /opt of the machine', () => {
  it.each([
    ['in a folder that the layers do not have', 'opt-of-the-test/node/bin'],
    ['in the folder bin, which the layers have, too', 'bin'],
    ['in nodejs/bin, beside the packages of the layers', 'nodejs/bin'],
  ])('%s, runs the emulator, the function and the extensions', (_where, place) => {
    using project = makeProject();
    const opt = join(project.folder, 'machine-opt');
    mkdirSync(join(opt, place), { recursive: true });
    copyFileSync(process.execPath, join(opt, place, 'node'));
    // The machine of the test: its /opt is a folder of the test.
    const before = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" /opt && exec "$@"', opt];

    const { result, texts } = run(before, project, `/opt/${place}/node`);

    expect(result).toMatchObject({ ...FOUND_ANYWHERE, cwd: '/var/task', data: true });
    expect(texts).toContain('data of the layer');
    expect(texts).toContainEqual(expect.stringContaining('tool=/opt/bin/layer-tool'));
  });
});
