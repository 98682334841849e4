import { lazily } from '../../foundation/lazily.ts';
import { readText } from '../../foundation/read-text.ts';
import type { Log } from '../sdk/index.ts';
import { type Manifest, manifestPlace, NO_MANIFEST, readManifest } from './manifest.ts';
import type { Profile } from './profile.ts';

export interface ManifestLoaderOptions {
  /** As the variable says it. */
  text: string | undefined;
  /** Reads a manifest that is itself a configuration. */
  fetch: (profile: Profile) => Promise<string>;
  /** Called with the configurations of which the manifest says how they are read, or what happens to them. */
  onRead: (profiles: readonly Profile[]) => void;
  log: Log;
}

export type ManifestLoader = ReturnType<typeof manifestLoader>;

/** Reads the manifest once. Where that fails it is said once, and nothing is lost but what it would say. */
export function manifestLoader({ text, fetch, onRead, log }: ManifestLoaderOptions) {
  let manifest = NO_MANIFEST;
  let isLoaded = text === undefined;
  let isTried = isLoaded;
  let load = loadOnce();

  function loadOnce(): () => Promise<void> {
    return lazily(async () => {
      if (text !== undefined) manifest = await readManifest(await textOf(text), (problem) => log.error(problem));
      isLoaded = true;
      const special = [...manifest.values()].filter(({ role, writeTo, schema }) => role ?? writeTo ?? schema);
      onRead(special.map(({ profile }) => profile));
    });
  }

  async function textOf(variable: string): Promise<string> {
    const place = manifestPlace(variable);
    if (place === undefined) throw new Error('expected JSON, file:/path or App:Env:Config');
    if ('json' in place) return place.json;
    return 'file' in place ? readText(place.file) : fetch(place.profile);
  }

  return {
    current: (): Manifest => manifest,
    isLoaded: () => isLoaded,
    /** Whether it is loaded, or could not be when it was tried. */
    isTried: () => isTried,
    /** As if it had never been read. */
    forget(): void {
      manifest = NO_MANIFEST;
      isLoaded = isTried = text === undefined;
      load = loadOnce();
    },
    /** Never rejects, and may be called again. */
    async load(): Promise<void> {
      try {
        await load();
      } catch (error) {
        if (!isTried) log.error(`the manifest could not be read: ${(error as Error).message}. Going on without it.`);
      } finally {
        isTried = true;
      }
    },
  };
}
