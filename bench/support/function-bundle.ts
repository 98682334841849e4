import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Makes one file of a function of `bench/functions`, as it is deployed. The files end with the value. */
export function functionBundles(): { bundle(name: string): Promise<string> } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'functions-'));
  return {
    async bundle(name) {
      const outfile = join(folder, `${name}.mjs`);
      await build({
        entryPoints: [fileURLToPath(new URL(`../functions/${name}.mjs`, import.meta.url))],
        outfile,
        bundle: true,
        minify: true,
        platform: 'node',
        format: 'esm',
        target: 'node22',
        // The client loads the SDK only where it stands in for the extension.
        external: name.startsWith('sdk') ? [] : ['@aws-sdk/*'],
        banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
      });
      return outfile;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
