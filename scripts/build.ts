/**
 * Writes what is published: `dist/opt` and `dist/opt-separate`, the two layouts of the image's `/opt`; `dist/lib`, the
 * npm package; `dist/emulator`, for the image `-dev`. In `dist/opt-alone` the host itself is Lambda's extension, for tests
 * and for machines without the supervisor. The same sources and versions give the same bytes (the code cache: on the same
 * architecture).
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parts } from '../extensions/preload/parts.ts';
import { buildPackage } from './build-package.ts';
import { bundleEmulator } from './bundle-emulator.ts';
import { bundleHost } from './bundle-host.ts';
import { bundlePreload } from './bundle-preload.ts';
import { knownVariables } from './declared-settings.ts';
import { buildSupervisor } from './supervisor.ts';
import { joinNotices, packageNotices, packagesIn, supervisorNotices } from './third-party-notices.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const layouts = { opt: ['lambda-node-extended'], 'opt-separate': ['secrets', 'appconfig', 'telemetry', 'insights'] };

rmSync(join(root, 'dist'), { recursive: true, force: true });
const host = join(root, 'dist/opt/lambda-node-extended');
const bundle = await bundleHost(root, host);
const preloadSize = await bundlePreload(root, 'extensions/preload/main.ts', parts, host);
execFileSync(process.execPath, [join(host, 'host.cjs'), '--write-manifest'], { stdio: 'inherit' });
execFileSync(process.execPath, ['--random-seed=1', join(host, 'host.cjs'), '--write-code-cache'], { stdio: 'inherit' });
writeFileSync(join(host, 'known-variables'), await knownVariables());
const supervisor = buildSupervisor(root);
writeFileSync(
  join(host, 'THIRD-PARTY-NOTICES.txt'),
  joinNotices([
    ...('file' in supervisor ? supervisorNotices(root, supervisor.file) : []),
    ...packageNotices(root, bundle.metafile),
  ]),
);
cpSync(join(root, 'LICENSE'), join(host, 'LICENSE'));
cpSync(join(root, 'dist/opt'), join(root, 'dist/opt-separate'), { recursive: true });

if ('file' in supervisor) installSupervisor(supervisor.file);
else for (const [layout, names] of Object.entries(layouts)) installLauncher(layout, names);
installLauncher('opt-alone', Object.values(layouts).flat());
symlinkSync('../opt/lambda-node-extended', join(root, 'dist/opt-alone/lambda-node-extended'));

const emulator = join(root, 'dist/emulator');
const emulatorBundle = await bundleEmulator(root, emulator);
writeFileSync(join(emulator, 'THIRD-PARTY-NOTICES.txt'), joinNotices(packageNotices(root, emulatorBundle)));
cpSync(join(root, 'LICENSE'), join(emulator, 'LICENSE'));
const library = await buildPackage(root, join(root, 'dist/opt'));
// For the bills of materials.
const packages = { opt: packagesIn(bundle.metafile), emulator: packagesIn(emulatorBundle), npm: packagesIn(library) };
writeFileSync(join(root, 'dist/packages.json'), JSON.stringify(packages));
console.log(`dist/opt, dist/opt-separate and dist/lib are built; bundles: ${bundle.sizes}, ${preloadSize}`);
console.log(
  'file' in supervisor
    ? `The extension is the supervisor, ${Math.round(statSync(supervisor.file).size / 1024)} KB.`
    : `The extension is the host itself, started by a shell script, and there is no entry point for the preload, because ${supervisor.whyNot}.`,
);

/** One binary under the names that Lambda must see. */
function installSupervisor(file: string): void {
  const combined = join(root, 'dist/opt/extensions/lambda-node-extended');
  mkdirSync(dirname(combined), { recursive: true });
  cpSync(file, combined);
  chmodSync(combined, 0o755);

  const shared = join(root, 'dist/opt-separate/lambda-node-extended/supervisor');
  cpSync(combined, shared);
  mkdirSync(join(root, 'dist/opt-separate/extensions'));
  for (const [layout, executable] of [
    ['opt', '../extensions/lambda-node-extended'],
    ['opt-separate', '../lambda-node-extended/supervisor'],
  ] as const) {
    mkdirSync(join(root, 'dist', layout, 'bin'));
    symlinkSync(executable, join(root, 'dist', layout, 'bin/with-secrets'));
    symlinkSync(executable, join(root, 'dist', layout, 'lambda-node-extended/entrypoint'));
  }
  for (const name of layouts['opt-separate']) {
    symlinkSync('../lambda-node-extended/supervisor', join(root, 'dist/opt-separate/extensions', name));
  }
}

function installLauncher(layout: string, names: readonly string[]): void {
  for (const name of names) {
    const target = join(root, 'dist', layout, 'extensions', name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, 'extensions/host/launcher.sh'), target);
    chmodSync(target, 0o755);
  }
}
