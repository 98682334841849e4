import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleAll } from './bundle-all.ts';
import { layerEntries } from './layer-entries.ts';
import { advice, type Layer, violations } from './limits.ts';
import { writeOpt } from './opt.ts';
import { type ZipEntry, zipEntries } from './zip.ts';

export interface BuildOptions {
  /** Files whose default export is an extension. */
  readonly modules: readonly string[];
  /** Where relative paths begin, and where esbuild is. */
  readonly projectFolder: string;
  readonly outDir: string;
  /** The `/opt` of lambda-node-extended that the modules are added to. */
  readonly opt: string;
}

export interface Built {
  readonly outputs: readonly Output[];
  /** What Lambda would refuse, one sentence each. */
  readonly problems: readonly string[];
  readonly advice: readonly string[];
}

export interface Output {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly bytes: number;
  /** Of a zip file. */
  readonly unpackedBytes?: number;
  /** What it is for. */
  readonly use: string;
}

/** Lambda's names of the architectures, and those in the file names of our supervisors. */
const MACHINES = { x86_64: 'x86_64', arm64: 'aarch64' } as const;

/**
 * Writes extensions in each form that Lambda takes. The same sources give the same bytes, but for the code that V8 compiled.
 * @throws Error with what to do if a module cannot be built.
 */
export async function buildExtensions({ modules, projectFolder, outDir, opt }: BuildOptions): Promise<Built> {
  const out = resolve(projectFolder, outDir);
  for (const folder of ['modules', 'opt', 'layers']) rmSync(join(out, folder), { recursive: true, force: true });

  const bundles = await bundleAll(modules, projectFolder, join(out, 'modules'));
  const codes = new Map([...bundles].map(([name, { code }]) => [name, code]));
  const optWithModules = join(out, 'opt');
  const hasCodeCache = process.versions.node.startsWith('24.');
  writeOpt({ base: opt, to: optWithModules, modules: codes, hasCodeCache });

  const layers: Layer[] = [];
  for (const [architecture, machine] of Object.entries(MACHINES)) {
    const file = join(out, `layers/${[...codes.keys()].join('-')}-${architecture}.zip`);
    const entries = layerEntries(optWithModules, supervisorFor(machine, opt));
    layers.push(await writeLayer(file, entries, projectFolder));
  }
  const place = (path: string) => relative(projectFolder, path);
  return {
    outputs: [
      ...[...codes].map(([name, { length: bytes }]) => ({
        path: place(join(out, `modules/${name}.cjs`)),
        bytes,
        use: 'the module, for an image FROM org/lambda-node-extended',
      })),
      {
        path: place(optWithModules),
        bytes: bytesIn(optWithModules),
        use: `/opt for any other image with Node.js 22 or newer${hasCodeCache ? '' : '; no code cache, because that needs Node.js 24'}`,
      },
      ...layers.map(({ file, zippedBytes: bytes, unpackedBytes }) => {
        return { path: file, bytes, unpackedBytes, use: 'the layer, for the runtimes nodejs22.x and nodejs24.x' };
      }),
    ],
    problems: layers.flatMap(violations),
    advice: layers.flatMap(advice),
  };
}

function supervisorFor(machine: string, opt: string): Buffer {
  const file = join(opt, `lambda-node-extended/supervisor-Linux-${machine}`);
  if (existsSync(file)) return readFileSync(file);
  throw new Error(
    `There can be no layer for ${machine}, because ${file} is missing: expected the /opt of the npm package.`,
  );
}

async function writeLayer(file: string, entries: readonly ZipEntry[], projectFolder: string): Promise<Layer> {
  const zip = await zipEntries(entries);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zip);
  return {
    file: relative(projectFolder, file),
    zippedBytes: zip.length,
    unpackedBytes: entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
    extensions: entries.filter(({ path }) => /^extensions\/[^/]+$/.test(path)).length,
  };
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => lstatSync(join(folder, path)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
