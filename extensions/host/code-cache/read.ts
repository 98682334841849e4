import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

export interface LoadedBundle {
  exports: unknown;
  readonly script: Script;
}

/**
 * Runs a CommonJS bundle, and the bundles of the same folder that it requires, with the code that V8 compiled before and
 * `--write-code-cache` has kept. For the AWS SDK that saves a third of the CPU time until the first answer. V8 itself refuses
 * the code of another version or architecture, and then compiles as usual.
 */
export function loadWithCodeCache(file: string): LoadedBundle {
  return loadedBundles.get(file) ?? around(() => load(file));
}

function load(file: string): LoadedBundle {
  const cachedData = readIfThere(cacheFileOf(file));
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`;
  const script = new Script(source, { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  if (cachedData !== undefined) freeNow(cachedData);
  const bundle: LoadedBundle = { exports: {}, script };
  loadedBundles.set(file, bundle);
  const folder = dirname(file);
  const requireBeside = (name: string) =>
    name.startsWith('./') ? loadWithCodeCache(join(folder, name)).exports : requireFrom(file, name);
  try {
    script.runInThisContext()(bundle.exports, requireBeside, bundle, file, folder);
  } catch (error) {
    loadedBundles.delete(file);
    throw error;
  }
  return bundle;
}

/** What is part of Node.js goes without `node:module`, which takes a millisecond to load. Modules of users need it. */
function requireFrom(file: string, name: string): unknown {
  return around(
    () => process.getBuiltinModule(name) ?? process.getBuiltinModule('node:module').createRequire(file)(name),
  );
}

/** Does something around each load from now on. */
export function loadWithin(within: typeof around): void {
  around = within;
}

let around = <T>(load: () => T): T => load();

/** All so far, by file: the `require.cache` of bundles. */
export const loadedBundles = new Map<string, LoadedBundle>();

export function cacheFileOf(file: string): string {
  return `${file}.cache`;
}

/** V8 has its own copy by now, and an idle host may not collect garbage for long. */
function freeNow({ buffer, byteLength }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength === byteLength) buffer.transfer?.(0);
}

function readIfThere(file: string): Buffer<ArrayBuffer> | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
