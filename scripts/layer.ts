/**
 * Makes the layers for functions in zip files: `npm run layer` writes `dist/layers/lambda-node-extended-{x86_64,arm64}.zip`.
 * The same sources and versions give the same bytes.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { layerEntries, zipEntries } from '../project/index.ts';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';
import { buildSupervisor, type Architecture as NodeArchitecture } from './supervisor.ts';

/** Lambda's names of the architectures, and Node's. */
export const ARCHITECTURES = { x86_64: 'x64', arm64: 'arm64' } as const satisfies Record<string, NodeArchitecture>;

export type Architecture = keyof typeof ARCHITECTURES;

const ROOT = resolve(import.meta.dirname, '..');

/** The file of a layer. */
export function layerFile(architecture: Architecture): string {
  return join(ROOT, `dist/layers/lambda-node-extended-${architecture}.zip`);
}

/** Writes one layer for each architecture for which this machine has a compiler. Returns their files, and why others are missing. */
export async function writeLayers() {
  buildOnce();
  rmSync(join(ROOT, 'dist/layers'), { recursive: true, force: true });
  mkdirSync(join(ROOT, 'dist/layers'));
  const layers: { architecture: Architecture; file: string; bytes: number }[] = [];
  const missing: string[] = [];
  for (const architecture of Object.keys(ARCHITECTURES) as Architecture[]) {
    const supervisor = buildSupervisor(ROOT, ARCHITECTURES[architecture]);
    if (!('file' in supervisor)) missing.push(`There is no layer for ${architecture}, because ${supervisor.whyNot}.`);
    else {
      const zip = await zipEntries(layerEntries(join(ROOT, 'dist/opt'), readFileSync(supervisor.file)));
      const file = layerFile(architecture);
      writeFileSync(file, zip);
      layers.push({ architecture, file, bytes: zip.length });
    }
  }
  return { layers, missing };
}

await whenCalled(import.meta, async () => {
  const { layers, missing } = await writeLayers();
  for (const { file, bytes } of layers) console.log(`${file}  ${(bytes / 1_000_000).toFixed(1)} MB`);
  for (const line of missing) console.error(line);
  if (missing.length > 0) process.exitCode = 1;
});
