import { type BuildResult, build } from 'esbuild';

/** The script of the emulator's dashboard, for browsers of the last two years. */
export function bundleDashboard(root: string, outdir: string): Promise<BuildResult<{ metafile: true }>> {
  return build({
    absWorkingDir: root,
    entryPoints: { dashboard: 'emulator/dashboard/page/main.ts' },
    outdir,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    metafile: true,
    logLevel: 'warning',
  });
}
