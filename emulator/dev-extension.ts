import { mkdtempSync, rmSync, statSync } from 'node:fs';
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
  const bundle = async (lookedFor?: Set<string>) => {
    const bundles = await bundleAll(modules, projectFolder, join(folder, 'modules'), lookedFor);
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
      let followed: readonly string[] = [];
      const follow = (paths: readonly string[]) => {
        watcher?.close();
        watcher = isClosed ? undefined : watchPaths(paths, onChange);
        followed = paths;
      };
      const onChange = () => {
        latest = latest.then(build).catch((error: unknown) => notice((error as Error).message));
        return latest;
      };
      const build = async () => {
        if (isClosed) return;
        const lookedFor = new Set<string>();
        const inQuestion = followed;
        const before = timesOf(inQuestion);
        // A watcher that is closed keeps to itself what was saved during the build.
        const followNow = (paths: readonly string[]) => {
          follow(paths);
          if (timesOf(inQuestion) !== before) void onChange();
        };
        try {
          const { codes, sources: now } = await bundle(lookedFor);
          if (isClosed) return remove();
          sources = now;
          putModules({ base, to: optDir, modules: codes });
        } catch (error) {
          // The mistake may be in a file that was no source before.
          followNow([...new Set([...sources, ...lookedFor])]);
          return notice(`${(error as Error).message}\nThe extension runs on as it was built before.`);
        }
        followNow(sources);
        await built();
      };
      follow(sources);
    },
    close() {
      isClosed = true;
      watcher?.close();
      remove();
    },
  };
}

function timesOf(files: readonly string[]): string {
  return files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs).join();
}
