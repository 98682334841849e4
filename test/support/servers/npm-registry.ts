import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTools, npm, packPackage } from '../installed-package.ts';
import { freePort } from './free-port.ts';

export interface NpmRegistry extends AsyncDisposable {
  readonly url: string;
  /** The flags with which npm uses this registry alone, and none of what it has from others. */
  readonly flags: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A registry on this machine (verdaccio) that has nothing but our two packages, published there by npm. */
export async function startNpmRegistry(): Promise<NpmRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'registry-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  const bin = join(installTools(), 'node_modules/verdaccio/bin/verdaccio');
  const args = ['--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`];
  const server = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    // It warns where root runs it, as in a container.
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(server, 'exit');
  // It tells the process that started it when it listens.
  const [first] = await Promise.race([once(server, 'message'), ended]);
  if (typeof first === 'number') throw new Error(`verdaccio ended with ${first}.`);

  const token = `--//127.0.0.1:${port}/:_authToken=anybody`;
  const flags = [`--registry=${url}`, `--cache=${join(folder, 'cache')}`];
  npm(folder, 'publish', packPackage(folder), '--ignore-scripts', '--provenance=false', token, ...flags);
  npm(folder, 'publish', join(ROOT, 'create'), '--ignore-scripts', '--provenance=false', token, ...flags);
  return {
    url,
    flags,
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

const CONFIG = `
storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
packages:
  '**': { access: $all, publish: $all }
log: { type: stdout, level: warn }
`;
