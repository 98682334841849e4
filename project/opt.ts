import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  rmSync(modulesIn(to), { recursive: true, force: true });
  // Before the modules are there: it runs the host, and a module must not begin its work while it is built.
  if (hasCodeCache) runHost(host, ['--random-seed=1'], '--write-code-cache');
  putModules({ base, to, modules });
}

/**
 * Replaces the modules of an `/opt` by these and those of its base, and writes their manifest. @throws Error with what the host says
 * of a module; then the modules are as before.
 */
export function putModules({ base, to, modules }: Omit<OptOptions, 'hasCodeCache'>): void {
  const folder = modulesIn(to);
  const before = `${folder}.before`;
  rmSync(before, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, before);
  try {
    if (existsSync(modulesIn(base))) cpSync(modulesIn(base), folder, { recursive: true, verbatimSymlinks: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, code] of modules) writeFileSync(join(folder, `${name}.cjs`), code);
    runHost(join(to, 'lambda-node-extended/host.cjs'), [], '--write-manifest');
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(before)) renameSync(before, folder);
    throw error;
  }
  rmSync(before, { recursive: true, force: true });
}

function modulesIn(opt: string): string {
  return join(opt, 'lambda-node-extended/modules');
}

function runHost(host: string, flags: readonly string[], command: string): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, host, command], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`"${command}" failed: ${`${stdout}${stderr}`.trim()}`);
}
