/**
 * Makes the layers for functions in zip files: `npm run layer` writes `dist/layers/lambda-node-extended-{x86_64,arm64}.zip`.
 * The same sources and versions give the same bytes.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { buildOnce } from './build-once.ts';
import { whenCalled } from './command.ts';
import { buildSupervisor, type Architecture as NodeArchitecture } from './supervisor.ts';

/** Lambda's names of the architectures, and Node's. */
export const ARCHITECTURES = { x86_64: 'x64', arm64: 'arm64' } as const satisfies Record<string, NodeArchitecture>;

export type Architecture = keyof typeof ARCHITECTURES;

const ROOT = resolve(import.meta.dirname, '..');
const SUPERVISOR = 'extensions/lambda-node-extended';

/** The file of a layer. */
export function layerFile(architecture: Architecture): string {
  return join(ROOT, `dist/layers/lambda-node-extended-${architecture}.zip`);
}

/**
 * The contents of `/opt` as a zip file, without the code that V8 compiled before, which fits one version of Node.js only.
 * @param opt the folder that `npm run build` wrote.
 * @param supervisor the executable for the layer's architecture.
 */
export async function zipLayer(opt: string, supervisor: string): Promise<Buffer> {
  const zip = new ZipFile();
  const options = sameEverywhere();
  for (const path of pathsIn(opt)) {
    const file = join(opt, path);
    if (path === SUPERVISOR) zip.addBuffer(readFileSync(supervisor), path, { ...options, mode: 0o100755 });
    else if (lstatSync(file).isSymbolicLink())
      zip.addBuffer(Buffer.from(readlinkSync(file)), path, { ...options, mode: 0o120777 });
    else zip.addBuffer(readFileSync(file), path, { ...options, mode: 0o100644 });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** Relative, sorted. */
function pathsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !lstatSync(join(folder, path)).isDirectory() && !path.endsWith('.cache'))
    .sort();
}

/** Zip files have local times: this date is the same bytes in every time zone. */
const sameEverywhere = () => ({ mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compressionLevel: 9 });

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
      const zip = await zipLayer(join(ROOT, 'dist/opt'), supervisor.file);
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
