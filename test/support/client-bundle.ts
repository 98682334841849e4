import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The client as a function's bundle has it. Each bundle is a copy of its own. */
export async function bundleClient(format: 'cjs' | 'esm'): Promise<{ path: string } & Disposable> {
  const folder = mkdtempSync(join(root, 'dist/client-'));
  const path = join(folder, format === 'cjs' ? 'client.cjs' : 'client.mjs');
  await build({
    entryPoints: [join(root, 'client/index.ts')],
    outfile: path,
    bundle: true,
    platform: 'node',
    format,
  });
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
