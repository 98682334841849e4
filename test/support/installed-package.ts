import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, execaSync, type Options } from 'execa';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TOOLS = fileURLToPath(new URL('../compatibility/package', import.meta.url));

/** An empty project into which the packed package was installed, beside the tools of `test/compatibility/package`. */
export interface InstalledPackage extends Disposable {
  readonly folder: string;
  /** Where the package is. */
  readonly installed: string;
  /** Writes files below the project, by their paths. Returns the folder of `path`. */
  write(files: Readonly<Record<string, string>>, path?: string): string;
  /** Runs a tool of `node_modules/.bin`, or a file as `node`, with the Node.js of this process. Rejects if it fails. */
  tool(name: string, args: readonly string[], options?: Options): Promise<{ stdout: string; stderr: string }>;
}

export function installPackage(): InstalledPackage {
  const tools = installTools();
  const folder = mkdtempSync(join(tools, 'project-'));
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // What is installed comes from the file alone, so this needs no network.
  npm(folder, 'install', '--offline', '--no-audit', '--no-fund', '--omit=peer', packPackage(folder));
  return {
    folder,
    installed: join(folder, 'node_modules/lambda-node-extended'),
    write(files, path = '.') {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path, file)), { recursive: true });
        writeFileSync(join(folder, path, file), text);
      }
      return join(folder, path);
    },
    async tool(name, args, options = {}) {
      const program = name === 'node' ? [] : [join(tools, 'node_modules/.bin', name)];
      const { stdout, stderr } = await execa(process.execPath, [...program, ...args], { cwd: folder, ...options });
      return { stdout: String(stdout), stderr: String(stderr) };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Leaves the tarball that `npm publish` would send in `folder`. Returns its path. */
export function packPackage(folder: string): string {
  const { stdout } = npm(ROOT, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [{ filename }] = JSON.parse(String(stdout)) as [{ filename: string }];
  return join(folder, filename);
}

/** Runs npm with the Node.js of this process. Throws if it fails. */
export function npm(cwd: string, ...args: string[]) {
  return execaSync('npm', args, { cwd, env: { PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` } });
}

/**
 * Installs the packages of a lock once for each version of it, outside of the checkout; npm takes them from its cache if it can.
 * Jest sees no file below `node_modules`.
 */
export function installTools(of = TOOLS): string {
  const lock = readFileSync(join(of, 'package-lock.json'));
  const version = createHash('sha256').update(lock).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `lambda-node-extended-tools-${version}`);
  if (existsSync(folder)) return folder;

  const unfinished = mkdtempSync(`${folder}-`);
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(of, file), join(unfinished, file));
  execaSync('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: unfinished });
  renameSync(unfinished, folder);
  return folder;
}
