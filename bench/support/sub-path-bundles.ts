import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the smallest extension of each kind imports of the package. */
const IMPORTED = {
  extension: 'defineExtension',
  run: 'run',
  internal: 'defineInternalExtension',
  client: 'getSecret',
  snapstart: 'beforeSnapshot',
} as const;

/** A bundle for each sub-path that goes into what users ship, made as a user makes it: minified, from the published ES module. */
export async function subPathBundles(): Promise<{ name: string; content: Uint8Array }[]> {
  return Promise.all(
    Object.entries(IMPORTED).map(async ([name, imported]) => {
      const { outputFiles } = await build({
        stdin: {
          contents: `import { ${imported} } from ${JSON.stringify(`lambda-node-extended/${name}`)}; globalThis.used = ${imported};`,
          resolveDir: fileURLToPath(new URL('..', import.meta.url)),
        },
        bundle: true,
        platform: 'node',
        format: 'cjs',
        minify: true,
        write: false,
      });
      return { name: `lambda-node-extended/${name}`, content: outputFiles[0]?.contents ?? new Uint8Array() };
    }),
  );
}
