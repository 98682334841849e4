import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleExecutable } from './bundle.ts';
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
  for (const folder of ['modules', 'opt', 'extensions', 'layers'])
    rmSync(join(out, folder), { recursive: true, force: true });

  const bundles = await bundleAll(modules, projectFolder, join(out, 'modules'));
  const codes = new Map([...bundles].map(([name, { code }]) => [name, code]));
  const optWithModules = join(out, 'opt');
  const hasCodeCache = process.versions.node.startsWith('24.');
  writeOpt({ base: opt, to: optWithModules, modules: codes, hasCodeCache });

  const executables = await Promise.all(
    [...codes.keys()].map(async (name, index): Promise<ZipEntry> => {
      const bytes = await bundleExecutable(modules[index] ?? '', projectFolder);
      return { path: `extensions/${name}`, kind: 'executable', bytes };
    }),
  );
  mkdirSync(join(out, 'extensions'));
  for (const { path, bytes } of executables) writeFileSync(join(out, path), bytes, { mode: 0o755 });

  const layerFile = (end: string) => join(out, `layers/${[...codes.keys()].join('-')}-${end}.zip`);
  const layers: Layer[] = [];
  for (const [architecture, machine] of Object.entries(MACHINES)) {
    const entries = layerEntries(optWithModules, supervisorFor(machine, opt));
    layers.push(await writeLayer(layerFile(architecture), entries, projectFolder));
  }
  layers.push(await writeLayer(layerFile('alone'), executables, projectFolder));
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
      ...executables.map(({ path, bytes }) => ({
        path: place(join(out, path)),
        bytes: bytes.length,
        use: 'the extension alone, for /opt/extensions of any image with Node.js 22 or newer',
      })),
      ...layers.map(({ file, zippedBytes: bytes, unpackedBytes }, index) => {
        const what =
          index < 2 ? 'the layer with all extensions' : 'the layer with this one alone, for both architectures';
        return { path: file, bytes, unpackedBytes, use: `${what}; for the runtimes nodejs22.x and nodejs24.x` };
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
