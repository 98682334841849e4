import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

const source = resolve(import.meta.dirname, '../../compatibility/victoria');
const programs = resolve(import.meta.dirname, '../../../node_modules/.cache/victoria');
const packages = 'github.com/VictoriaMetrics/VictoriaMetrics/app';

export const hasGo = spawnSync('go', ['version']).status === 0;

/** Takes some 40 s the first time; then Go's cache has it. */
export function buildVictoria(): void {
  const names = ['victoria-logs', 'victoria-metrics'].map((name) => `${packages}/${name}`);
  execFileSync('go', ['build', '-o', `${programs}/`, ...names], { cwd: source, stdio: 'inherit' });
}

export interface VictoriaServer extends AsyncDisposable {
  readonly url: string;
  /** Makes what was sent visible to queries. */
  flush(): Promise<void>;
  /** The lines of an answer, each of which is JSON. */
  query(path: string, form: Record<string, string>): Promise<Record<string, unknown>[]>;
}

/** Runs one of the two servers on a free port, with its data in a folder that goes with it. */
export async function startVictoria(name: 'victoria-logs' | 'victoria-metrics'): Promise<VictoriaServer> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(join(programs, name), [
    `-httpListenAddr=${new URL(url).host}`,
    `-storageDataPath=${folder}`,
    '-retentionPeriod=100y',
    '-memory.allowedBytes=64MB',
  ]);
  const exited = once(child, 'exit');
  for await (const line of createInterface(child.stderr)) if (line.includes('started server at')) break;
  child.stderr.resume();
  return {
    url,
    async flush() {
      await fetch(`${url}/internal/force_flush`);
    },
    async query(path, form) {
      const response = await fetch(url + path, { method: 'POST', body: new URLSearchParams(form) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}
