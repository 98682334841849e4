import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface OptOptions {
  /** The `/opt` to add the modules to. It stays as it is. */
  readonly base: string;
  /** The folder to write; what is in it is removed. */
  readonly to: string;
  /** The built modules, by name. */
  readonly modules: ReadonlyMap<string, Buffer>;
  /** Also keeps what V8 compiles, for the Node.js of this process and this architecture. */
  readonly hasCodeCache: boolean;
}

/** Writes an `/opt` with modules and their manifest, for an image or the emulator. @throws Error with what the host says of a module. */
export function writeOpt({ base, to, modules, hasCodeCache }: OptOptions): void {
  const host = join(to, 'lambda-node-extended/host.cjs');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(dirname(to), { recursive: true });
  cpSync(base, to, { recursive: true, verbatimSymlinks: true });
  if (!existsSync(host))
    throw new Error(`${base} has no lambda-node-extended/host.cjs: it is not the /opt of lambda-node-extended.`);
  // Before the modules are there: it runs the host, and a module must not begin its work while it is built.
  if (hasCodeCache) runHost(host, ['--random-seed=1'], '--write-code-cache');
  putModules(to, modules);
}

/** Replaces the modules of an `/opt`, and their manifest. @throws Error with what the host says of a module. */
export function putModules(opt: string, modules: OptOptions['modules']): void {
  const folder = join(opt, 'lambda-node-extended/modules');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, code] of modules) writeFileSync(join(folder, `${name}.cjs`), code);
  runHost(join(opt, 'lambda-node-extended/host.cjs'), [], '--write-manifest');
}

function runHost(host: string, flags: readonly string[], command: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, host, command], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`"${command}" failed: ${`${stdout}${stderr}`.trim()}`);
}
