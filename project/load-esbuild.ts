import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Esbuild = typeof import('esbuild');

/** The esbuild of the user's project: this package installs no other package. @throws Error with what to do if there is none. */
export async function loadEsbuild(projectFolder: string): Promise<Esbuild> {
  for (const from of [join(projectFolder, 'package.json'), import.meta.url]) {
    try {
      return await import(pathToFileURL(createRequire(from).resolve('esbuild')).href);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error('This needs esbuild, which is not installed: npm install --save-dev esbuild');
}
