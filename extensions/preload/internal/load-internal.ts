import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUILD_TYPESCRIPT, isTypeScript } from '../../../foundation/typescript-file.ts';

/** A CommonJS file at once, so that it runs before the function; an ES module by a promise. */
export function loadInternal(file: string): unknown {
  if (isTypeScript(file)) throw new TypeError(BUILD_TYPESCRIPT);
  const path = resolve(file);
  if (path.endsWith('.mjs')) return import(pathToFileURL(path).href);
  try {
    return process.getBuiltinModule('node:module').createRequire(path)(path);
  } catch (error) {
    // An ES module by its package.json, and a Node.js that does not require those.
    if (!ES_MODULE.has(String((error as NodeJS.ErrnoException).code))) throw error;
    return import(pathToFileURL(path).href);
  }
}

const ES_MODULE = new Set(['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']);
