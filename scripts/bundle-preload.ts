import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { factsOf, type Part } from '../extensions/preload/part.ts';

/** The preload as one file, and beside it what the entry point must know of its parts. Returns its size, for people. */
export async function bundlePreload(root: string, entry: string, parts: readonly Part[], folder: string) {
  const outfile = join(folder, 'preload.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'preload-parts'), factsOf(parts));
  return `preload.cjs ${(statSync(outfile).size / 1024).toFixed(1)} KB`;
}
