import { statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

export interface HostBundle {
  readonly metafile: Metafile;
  /** For people. */
  readonly sizes: string;
}

/**
 * The host as CommonJS, which starts faster and smaller than ESM: `host.cjs` with the extensions, and `aws-sdk.cjs`, which
 * it requires at the first call to AWS.
 */
export async function bundleHost(root: string, folder: string): Promise<HostBundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { host: 'extensions/host/main.ts', 'aws-sdk': 'extensions/sdk/aws-sdk.ts' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    // Turns import() into require(): the loader of ES modules would cost some milliseconds of its own.
    supported: { 'dynamic-import': false },
    // The packages' ES modules can be shaken, their CommonJS cannot.
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    plugins: [separateAwsSdk, withoutSearch],
    logLevel: 'warning',
  });
  const sizes = ['host.cjs', 'aws-sdk.cjs'].map(
    (file) => `${file} ${Math.round(statSync(join(folder, file)).size / 1024)} KB`,
  );
  return { metafile, sizes: sizes.join(', ') };
}

const separateAwsSdk: Plugin = {
  name: 'separate-aws-sdk',
  setup({ onResolve }) {
    onResolve({ filter: /\/aws-sdk\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './aws-sdk.cjs', external: true } : undefined,
    );
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
