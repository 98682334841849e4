import { join } from 'node:path';
import { readCatalog } from './catalog.ts';
import { runCatalog } from './run-catalog.ts';
import type { Compiler } from './services/compiler.ts';

export { writeManifest } from './manifest.ts';

export interface RunHostOptions {
  /** Where the bundles and `modules/` are. */
  folder: string;
  /** File name of the executable that Lambda started. */
  name: string;
  environment: Record<string, string | undefined>;
  compiler: Compiler;
}

/** The host with our extensions and the user's modules. */
export async function runHost({ folder, name, environment, compiler }: RunHostOptions) {
  await runCatalog({
    name,
    openCatalog: (warn) => readCatalog(join(folder, 'modules'), warn),
    environment,
    compiler,
    loadAwsSdk: () => import('../sdk/aws-sdk.ts'),
  });
}
