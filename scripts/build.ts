/**
 * Writes what is published: `dist/opt` and `dist/opt-separate`, the two layouts of the image's `/opt`, and `dist/lib`, the
 * npm package. Same sources and versions give the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleHost } from './bundle-host.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const layouts = { opt: ['lambda-node-extended'], 'opt-separate': ['secrets'] };

rmSync(join(root, 'dist'), { recursive: true, force: true });
const bundle = await bundleHost(root, join(root, 'dist/opt/lambda-node-extended'));
writeFileSync(join(root, 'dist/opt/lambda-node-extended/THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, bundle));
cpSync(join(root, 'LICENSE'), join(root, 'dist/opt/lambda-node-extended/LICENSE'));
cpSync(join(root, 'dist/opt'), join(root, 'dist/opt-separate'), { recursive: true });
for (const [layout, executables] of Object.entries(layouts)) {
  for (const executable of executables) installLauncher(join(root, 'dist', layout, 'extensions', executable));
}

const typescript = createRequire(import.meta.url).resolve('typescript/package.json');
execFileSync(process.execPath, [resolve(dirname(typescript), 'bin/tsc'), '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
console.log(`dist/opt, dist/opt-separate and dist/lib are built; bundles: ${bundle.sizes}`);

function installLauncher(target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, 'extensions/host/launcher.sh'), target);
  chmodSync(target, 0o755);
}
