import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { readTemplate, type Templates } from '../project/index.ts';
import { bundleDashboard } from './bundle-dashboard.ts';
import { copyDeclarations } from './copy-declarations.ts';
import { REQUIRE_IN_ESM } from './require-in-esm.ts';
import { type Architecture, buildSupervisor, MACHINES } from './supervisor.ts';
import { joinNotices, packageNotices } from './third-party-notices.ts';

/** What a function's bundle may hold. It must be free of whatever only a file of its own can do, such as `import.meta`. */
const FOR_FUNCTIONS = {
  client: 'client/index.ts',
  openfeature: 'client/openfeature.ts',
  snapstart: 'client/snapstart.ts',
  extension: 'extensions/sdk/index.ts',
  run: 'extensions/host/run-alone.ts',
  internal: 'extensions/preload/internal/index.ts',
};
const FOR_TESTS = { emulator: 'emulator/index.ts', testing: 'testing/index.ts' };
const PROGRAMS = { main: 'emulator/main.ts', 'emulator/node-runtime/main': 'emulator/node-runtime/main.ts' };

/**
 * Writes `dist/lib`, the published package: each entry as an ES module and as CommonJS, with what it uses of other packages;
 * `types` and `types-cjs`; and `opt`, the extensions for all machines.
 * Returns what is in the bundles.
 * @param opt The built layout of `/opt`, with the notices of its packages.
 */
export async function buildPackage(root: string, opt: string): Promise<Pick<Metafile, 'outputs'>> {
  const lib = join(root, 'dist/lib');
  const [metafiles] = await Promise.all([bundleEntries(root, lib), copyDeclarations(root, lib)]);
  const outputs = Object.assign({}, ...metafiles.map((metafile) => metafile.outputs)) as Metafile['outputs'];
  writeFileSync(join(lib, 'THIRD-PARTY-NOTICES.txt'), joinNotices(packageNotices(root, { outputs })));
  cpSync(join(root, 'emulator/emulator.schema.json'), join(lib, 'emulator.schema.json'));
  writeTemplates(root, lib);
  copyOpt(root, opt, join(lib, 'opt'));
  return { outputs };
}

/** One file, since npm packs neither .npmrc nor a lock. The build of an image has no templates, and publishes no package. */
function writeTemplates(root: string, lib: string): void {
  const folders = { extension: join(root, 'extension-template'), function: join(root, 'handler-template') };
  if (!Object.values(folders).every((folder) => existsSync(folder))) return;
  const templates: Templates = {
    extension: readTemplate(folders.extension),
    function: readTemplate(folders.function),
  };
  writeFileSync(join(lib, 'templates.json'), JSON.stringify(templates));
}

async function bundleEntries(root: string, outdir: string): Promise<Metafile[]> {
  const common = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['@openfeature/server-sdk', 'testcontainers'],
    metafile: true,
    logLevel: 'warning',
  } as const satisfies BuildOptions;
  const esm = { ...common, format: 'esm' } as const;
  const cjs = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } } as const;
  const results = [
    // One file each: without options Rollup bundles no import() of a second file. Copies of the client share their memory.
    await build({ ...esm, entryPoints: FOR_FUNCTIONS }),
    await build({ ...cjs, entryPoints: FOR_FUNCTIONS }),
    // undici is CommonJS and requires Node's own modules.
    await build({
      ...esm,
      plugins: [sdkInOpt],
      entryPoints: { ...FOR_TESTS, ...PROGRAMS },
      splitting: true,
      chunkNames: 'shared-[hash]',
      banner: { js: REQUIRE_IN_ESM },
    }),
    await build({
      ...cjs,
      plugins: [sdkInOpt],
      entryPoints: FOR_TESTS,
      banner: { js: URL_IN_CJS },
      define: { 'import.meta.url': 'importMetaUrl' },
    }),
  ];
  return [...results, await bundleDashboard(root, outdir)].map(({ metafile }) => metafile);
}

/** An extension in a test loads the AWS SDK from `opt`, where it is already. */
const sdkInOpt: Plugin = {
  name: 'sdk-in-opt',
  setup({ onResolve }) {
    onResolve({ filter: /\/aws-sdk\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './opt/lambda-node-extended/aws-sdk.cjs', external: true } : undefined,
    );
  },
};

const URL_IN_CJS = "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;";

/** npm packs no symbolic links, so a script stands under each name of the supervisor. */
function copyOpt(root: string, from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  const folder = join(to, 'lambda-node-extended');
  mkdirSync(folder, { recursive: true });
  // The code that V8 compiled fits one Node.js on one architecture.
  const isShared = (name: string) => /\.cjs$|\.txt$|^manifest$|^preload-parts$|^LICENSE$/.test(name);
  for (const name of readdirSync(join(from, 'lambda-node-extended')).filter(isShared))
    cpSync(join(from, 'lambda-node-extended', name), join(folder, name));

  cpSync(join(root, 'extensions/host/launcher.sh'), join(folder, 'launcher.sh'));
  for (const name of ['extensions/lambda-node-extended', 'lambda-node-extended/entrypoint', 'bin/with-secrets'])
    copyExecutable(join(root, 'extensions/host/any-machine.sh'), join(to, name));
  for (const architecture of Object.keys(MACHINES) as Architecture[]) addSupervisor(root, architecture, folder);
}

function addSupervisor(root: string, architecture: Architecture, folder: string): void {
  const supervisor = buildSupervisor(root, architecture);
  if ('file' in supervisor) copyExecutable(supervisor.file, join(folder, `supervisor-Linux-${MACHINES[architecture]}`));
  else console.log(`The package has no supervisor for ${architecture}, because ${supervisor.whyNot}.`);
}

function copyExecutable(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(from, to);
  chmodSync(to, 0o755);
}
