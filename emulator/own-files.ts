import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isPackage = !import.meta.url.endsWith('.ts');

/** The runtime that runs a handler: of the sources, of the npm package, or of the dev image. */
export const NODE_RUNTIME = firstOf(
  './node-runtime/main.ts',
  './emulator/node-runtime/main.js',
  './node-runtime/main.mjs',
);

/** The extensions of the npm package, as a folder `/opt`. The sources and the image have none here. */
export const PACKAGED_OPT = isPackage && existsSync(beside('./opt')) ? beside('./opt') : undefined;

/** The script of the dashboard. A checkout has it once it is built. */
export const DASHBOARD_SCRIPT = firstOf('./dashboard.js', '../dist/lib/dashboard.js');
/** What `new` copies; the image has none. */
export const TEMPLATES = beside(isPackage ? './templates.json' : '../dist/lib/templates.json');

function firstOf(...paths: [string, ...string[]]): string {
  return beside(paths.find((path) => existsSync(beside(path))) ?? paths[0]);
}

function beside(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
