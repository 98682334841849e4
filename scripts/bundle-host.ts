import { statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';

export interface HostBundle {
  /** Of all bundles together. */
  readonly metafile: Pick<Metafile, 'outputs'>;
  /** For people. */
  readonly sizes: string;
}

/**
 * The host as CommonJS, which starts faster and smaller than ESM: `host.cjs`, the process, loads `extensions.cjs`, and that
 * what is beside it only when somebody needs it. All but the first are loaded with code that V8 compiled before.
 */
export async function bundleHost(root: string, folder: string): Promise<HostBundle> {
  const common = {
    absWorkingDir: root,
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node' as const,
    target: 'node22',
    // The packages' ES modules can be shaken, their CommonJS cannot.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none' as const,
    metafile: true as const,
    logLevel: 'warning' as const,
  } satisfies BuildOptions;
  const host = await build({
    ...common,
    entryPoints: { host: 'extensions/host/main.ts', extensions: 'extensions/host/host.ts', ...PARTS },
    format: 'cjs',
    supported: REQUIRE_ONLY,
    plugins: [separateLibraries, withoutSearch],
  });
  const libraries = await build({
    ...common,
    entryPoints: LIBRARIES,
    // The clients of the AWS SDK share two thirds of their code. Only ES modules can be split, and so they are made first.
    format: 'esm',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    plugins: [withoutSearch],
    write: false,
  });
  const files = await Promise.all(withStableNames(libraries.outputFiles).map(asCommonJs));
  for (const { name, code } of files) writeFileSync(join(folder, name), code);

  await bundleSeam(common, folder);

  const sizes = ['host', 'extensions', ...Object.keys(PARTS), ...Object.keys(LIBRARIES)].map(
    (name) => `${name}.cjs ${Math.round(statSync(join(folder, `${name}.cjs`)).size / 1024)} KB`,
  );
  return {
    metafile: { outputs: { ...host.metafile.outputs, ...libraries.metafile.outputs } },
    sizes: sizes.join(', '),
  };
}

/**
 * The package for the modules of users in `/opt/lambda-node-extended/modules` and for internal extensions. Node.js finds a package in a
 * folder `node_modules` further up, also if the modules bring a package.json of their own.
 */
async function bundleSeam(common: BuildOptions, folder: string): Promise<void> {
  const outdir = join(folder, 'node_modules/lambda-node-extended');
  const entryPoints = { extension: 'extensions/sdk/index.ts', internal: 'extensions/preload/internal/index.ts' };
  await build({ ...common, outdir, entryPoints, format: 'cjs' });
  // The host runs what it loads.
  writeFileSync(join(outdir, 'run.cjs'), 'exports.run = (extension) => extension;\n');
  const exports = Object.fromEntries(['extension', 'internal', 'run'].map((name) => [`./${name}`, `./${name}.cjs`]));
  writeFileSync(join(outdir, 'package.json'), `${JSON.stringify({ name: 'lambda-node-extended', exports })}\n`);
}

/** What hosts that do not use it need not even read. In one file each: a file more costs more to load than code that is not run. */
const PARTS = { telemetry: 'extensions/telemetry/pipeline.ts', insights: 'extensions/insights/insights.ts' };

/** Each is loaded by an `import()` of that file. */
const LIBRARIES = {
  'aws-sdk': 'extensions/sdk/aws-sdk.ts',
  'appconfig-sdk': 'extensions/appconfig/sources/appconfig-sdk.ts',
  'flag-rules': 'extensions/appconfig/flags/ion-document.ts',
  re2: 'extensions/appconfig/flags/re2.ts',
  'json-schema': 'extensions/appconfig/validate/json-schema.ts',
};

/** Turns import() into require(): the loader of ES modules would cost some milliseconds of its own. */
const REQUIRE_ONLY = { 'dynamic-import': false };

/** What bundles share gets a number, so that a new version of a package renames no file. */
function withStableNames(outputs: readonly { path: string; text: string }[]): { name: string; text: string }[] {
  const names = outputs.map(({ path }) => basename(path));
  const chunks = names.filter((name) => name.startsWith('chunk-'));
  const stable = (name: string) => (chunks.includes(name) ? `shared-${chunks.indexOf(name) + 1}.cjs` : name);
  return outputs.map(({ text }, index) => ({
    name: stable(names[index] ?? ''),
    text: chunks.reduce((code, chunk) => code.replaceAll(`./${chunk}`, `./${stable(chunk)}`), text),
  }));
}

async function asCommonJs({ name, text }: { name: string; text: string }): Promise<{ name: string; code: string }> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minify: true,
    supported: REQUIRE_ONLY,
  });
  return { name, code };
}

/** `host/code-cache/read.ts` requires them. */
const separateLibraries: Plugin = {
  name: 'separate-libraries',
  setup({ onResolve, initialOptions: { absWorkingDir = '' } }) {
    const names = new Map(
      Object.entries({ ...PARTS, ...LIBRARIES }).map(([name, file]) => [join(absWorkingDir, file), name]),
    );
    onResolve({ filter: /^\./ }, ({ kind, resolveDir, path }) => {
      const name = kind === 'dynamic-import' ? names.get(join(resolveDir, path)) : undefined;
      return name === undefined ? undefined : { path: `./${name}.cjs`, external: true };
    });
  },
};

/**
 * What Lambda gives is all there is: the SDK's search for credentials (files, SSO, instance metadata) is 130 KB of code that
 * takes seconds to find nothing, and its look into configuration files delays the first call.
 */
const withoutSearch: Plugin = {
  name: 'without-search',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'export const defaultProvider = () => { throw new Error("credentials are always given") };',
    }));
    onLoad({ filter: /shared-ini-file-loader\/loadSharedConfigFiles\.js$/ }, () => ({
      contents:
        'export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });' +
        'export { CONFIG_PREFIX_SEPARATOR } from "./constants";',
    }));
  },
};
