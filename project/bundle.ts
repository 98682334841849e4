import { resolve } from 'node:path';
import type { BuildFailure, BuildOptions, Plugin } from 'esbuild';
import { loadEsbuild } from './load-esbuild.ts';

export interface Bundled {
  /** One CommonJS file with all that the module imports. */
  readonly code: Buffer;
  /** The absolute paths of the sources, other than packages. */
  readonly sources: readonly string[];
}

/**
 * Bundles a module whose default export is an extension. As CommonJS it starts faster and smaller.
 * @param projectFolder where esbuild and the module's packages are, and where a relative path begins.
 * @param lookedFor gets the paths of what sources import from each other, also where esbuild finds nothing there.
 * @throws Error with what esbuild says, or that it is missing.
 */
export async function bundleModule(module: string, projectFolder: string, lookedFor: Set<string>): Promise<Bundled> {
  const { code, inputs } = await bundle(projectFolder, {
    entryPoints: [resolve(projectFolder, module)],
    plugins: [noting(lookedFor)],
  });
  const sources = inputs.filter((path) => !/(^|\/)node_modules\/|^<|^\(/.test(path));
  return { code, sources: sources.map((path) => resolve(projectFolder, path)) };
}

/**
 * Bundles the same as an executable of `/opt/extensions`, which is its own host. A shell starts it, since the function's NODE_OPTIONS
 * are not for it. A module that calls `run` by itself becomes the same.
 */
export async function bundleExecutable(module: string, projectFolder: string): Promise<Buffer> {
  const path = JSON.stringify(resolve(projectFolder, module));
  const contents = `
    import extension from ${path};
    import { run } from ${JSON.stringify(RUN)};
    delete ${INSIDE_HOST};
    run(extension.default ?? extension);`;
  const { code } = await bundle(projectFolder, { stdin: { contents, resolveDir: projectFolder } });
  return Buffer.concat([Buffer.from(`${STARTS_NODE}${INSIDE_HOST} = true;\n`), code]);
}

/** Of the user's installation of this package. */
const RUN = 'lambda-node-extended/run';
/** While it is set, a module's own call of `run` does nothing. */
const INSIDE_HOST = "globalThis[Symbol.for('lambda-node-extended.host')]";
/** For a shell, a script that becomes Node.js; for Node.js, a text and a comment. */
const STARTS_NODE = `#!/bin/sh
':' //; unset NODE_OPTIONS AWS_LAMBDA_EXEC_WRAPPER; node=/var/lang/bin/node; [ -x "$node" ] || node=node; exec "$node" "$0" "$@"
`;

async function bundle(projectFolder: string, options: BuildOptions): Promise<{ code: Buffer; inputs: string[] }> {
  const esbuild = await loadEsbuild(projectFolder);
  const { outputFiles, metafile } = await esbuild
    .build({
      ...options,
      absWorkingDir: projectFolder,
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      // The packages' ES modules can be shaken, their CommonJS cannot.
      mainFields: ['module', 'main'],
      legalComments: 'none',
      write: false,
      outfile: 'extension.cjs',
      metafile: true,
      logLevel: 'silent',
    })
    .catch((error: unknown) => {
      throw new Error(messageOf(error));
    });
  return { code: Buffer.from(outputFiles[0]?.contents ?? []), inputs: Object.keys(metafile.inputs) };
}

function noting(lookedFor: Set<string>): Plugin {
  return {
    name: 'looked-for',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const found = resolve(resolveDir, path);
        if (found.includes('/node_modules/')) return undefined;
        lookedFor.add(found);
        // What TypeScript calls .js, or leaves out.
        if (!/\.[cm]?ts$/.test(found)) lookedFor.add(found.replace(/(\.([cm]?)js)?$/, '.$2ts'));
        return undefined;
      });
    },
  };
}

/** Each mistake with its file and line, as `src/extension.ts:3:8: …`. */
function messageOf(error: unknown): string {
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) return String(error);
  return errors
    .map(({ text, location }) =>
      location == null ? String(text) : `${location.file}:${location.line}:${(location.column ?? 0) + 1}: ${text}`,
    )
    .join('\n');
}
