import { build, type Metafile } from 'esbuild';
import { bundleDashboard } from './bundle-dashboard.ts';
import { REQUIRE_IN_ESM } from './require-in-esm.ts';

/** The emulator's command for an image without packages. There the image's own runtime runs the function by default. */
export async function bundleEmulator(root: string, folder: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'emulator/main.ts', 'node-runtime/main': 'emulator/node-runtime/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Keeps undici (0.5 MB) in a file of its own, which is loaded with the first subscription to telemetry.
    splitting: true,
    // undici is CommonJS and requires Node's own modules.
    banner: { js: REQUIRE_IN_ESM },
    platform: 'node',
    format: 'esm',
    target: 'node22',
    metafile: true,
    logLevel: 'warning',
  });
  await bundleDashboard(root, folder);
  return metafile;
}
