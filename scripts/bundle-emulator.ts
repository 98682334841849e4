import { build } from 'esbuild';

/** The emulator's command as one file, for an image without packages. There the image's own runtime runs the function. */
export async function bundleEmulator(root: string, folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'emulator/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'warning',
  });
}
