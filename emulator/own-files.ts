import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const isPackage = !import.meta.url.endsWith('.ts');

/** The runtime that runs a handler. A bundle is one folder further up than this file. */
export const NODE_RUNTIME = beside(isPackage ? './emulator/node-runtime/main.js' : './node-runtime/main.ts');

/** The extensions of the npm package, as a folder `/opt`. The sources and the image have none here. */
export const PACKAGED_OPT = isPackage && existsSync(beside('./opt')) ? beside('./opt') : undefined;

function beside(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
