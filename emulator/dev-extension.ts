import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAll, putModules, writeOpt } from '../project/index.ts';
import { PACKAGED_OPT } from './own-files.ts';
import { watchPaths } from './watch.ts';

/** Extensions that are built from their sources, and built again when one changes. */
export interface DevExtensions {
  /** The `/opt` with them. */
  readonly optDir: string;
  /** Builds at each change. What was built before stays while there is a mistake. Call once. */
  watch(on: { notice(text: string): void; built(): Promise<unknown> }): void;
  /** Stops watching and removes what was built. */
  close(): void;
}

/** @param base the `/opt` that they are added to. @throws Error with what is wrong with a source. */
export async function buildDevExtensions(
  modules: readonly string[],
  base: string | undefined = PACKAGED_OPT,
  projectFolder = process.cwd(),
): Promise<DevExtensions> {
  if (base === undefined || base === 'none')
    throw new Error(
      '--extension needs the extensions of the npm package: leave --opt-dir out, or name a copy of its /opt.',
    );
  const folder = mkdtempSync(join(tmpdir(), 'lambda-node-extended-dev-'));
  const optDir = join(folder, 'opt');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const bundle = async () => {
    const bundles = await bundleAll(modules, projectFolder, join(folder, 'modules'));
    return {
      codes: new Map([...bundles].map(([name, { code }]) => [name, code])),
      sources: [...bundles.values()].flatMap(({ sources }) => sources),
    };
  };
  let sources: readonly string[];
  try {
    const first = await bundle();
    sources = first.sources;
    writeOpt({ base, to: optDir, modules: first.codes, hasCodeCache: false });
  } catch (error) {
    remove();
    throw error;
  }

  let watcher: { close(): void } | undefined;
  let latest = Promise.resolve();
  let isClosed = false;
  return {
    optDir,
    watch({ notice, built }) {
      const follow = () => {
        watcher?.close();
        watcher = isClosed ? undefined : watchPaths(sources, onChange);
      };
      const onChange = () => {
        latest = latest.then(build);
        return latest;
      };
      const build = async () => {
        if (isClosed) return;
        try {
          const { codes, sources: now } = await bundle();
          putModules(optDir, codes);
          sources = now;
        } catch (error) {
          return notice(`${(error as Error).message}\nThe extension runs on as it was built before.`);
        }
        follow();
        await built();
      };
      follow();
    },
    close() {
      isClosed = true;
      watcher?.close();
      remove();
    },
  };
}
