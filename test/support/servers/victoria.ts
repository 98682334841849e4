import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { execa, execaSync } from 'execa';
import { request } from 'undici';
import { freePort } from './free-port.ts';

const source = resolve(import.meta.dirname, '../../compatibility/victoria');
const programs = resolve(import.meta.dirname, '../../../node_modules/.cache/victoria');
const packages = 'github.com/VictoriaMetrics/VictoriaMetrics/app';

export const hasGo = !execaSync('go', ['version'], { reject: false }).failed;

/** Takes some 40 s the first time; then Go's cache has it. */
export function buildVictoria(): void {
  const names = ['victoria-logs', 'victoria-metrics'].map((name) => `${packages}/${name}`);
  execaSync('go', ['build', '-o', `${programs}/`, ...names], { cwd: source, stdio: 'inherit' });
}

export interface VictoriaServer extends AsyncDisposable {
  readonly url: string;
  /** Makes the data that was sent visible to queries. */
  flush(): Promise<void>;
  /** The lines of an answer, each of which is JSON. */
  query(path: string, form: Record<string, string>): Promise<Record<string, unknown>[]>;
}

/** Runs one of the two servers on a free port, with its data in a temporary folder. */
export async function startVictoria(name: 'victoria-logs' | 'victoria-metrics'): Promise<VictoriaServer> {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = [
    `-httpListenAddr=${new URL(url).host}`,
    `-storageDataPath=${folder}`,
    '-retentionPeriod=100y',
    '-memory.allowedBytes=64MB',
  ];
  const child = execa(join(programs, name), args, { reject: false, buffer: false });
  for await (const line of createInterface(child.stderr)) if (line.includes('started server at')) break;
  child.stderr.resume();
  return {
    url,
    async flush() {
      await (await request(`${url}/internal/force_flush`)).body.dump();
    },
    async query(path, form) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const asked = await request(url + path, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
      const text = await asked.body.text();
      if (asked.statusCode !== 200) throw new Error(`${path} answered ${asked.statusCode}: ${text}`);
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child;
      rmSync(folder, { recursive: true });
    },
  };
}
