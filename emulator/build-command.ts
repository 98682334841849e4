import { buildExtensions, sizeOf } from '../project/index.ts';
import { PACKAGED_OPT } from './own-files.ts';

export interface BuildFlags {
  readonly outDir: string;
  readonly optDir?: string;
}

/**
 * Builds modules in each form that Lambda takes. Returns what to print, and what Lambda would refuse.
 * @throws Error with what to do if one cannot be built.
 */
export async function buildText(
  modules: readonly string[],
  { outDir, optDir = PACKAGED_OPT }: BuildFlags,
  projectFolder: string,
): Promise<{ text: string; problems: readonly string[] }> {
  if (optDir === undefined)
    throw new Error('This copy of the command has no extensions: use the npm package, or name --opt-dir.');
  const { outputs, problems, advice } = await buildExtensions({
    modules: modules.length > 0 ? modules : [USUAL_MODULE],
    projectFolder,
    outDir: String(outDir),
    opt: String(optDir),
  });
  const width = Math.max(...outputs.map(({ path }) => path.length));
  const lines = outputs.map(({ path, bytes, unpackedBytes, use }) => {
    const unpacked = unpackedBytes === undefined ? '' : `, ${sizeOf(unpackedBytes)} unpacked`;
    return `${path.padEnd(width)}  ${sizeOf(bytes)}${unpacked}: ${use}`;
  });
  return { text: [...lines, ...advice].join('\n'), problems };
}

export const USUAL_MODULE = 'src/extension.ts';
