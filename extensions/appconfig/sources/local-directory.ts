import { watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../../../foundation/read-text.ts';
import type { Log } from '../../sdk/index.ts';
import type { Profile } from '../profile.ts';
import type { Source } from './source.ts';

/**
 * A folder in place of AppConfig, for work on a laptop: one file a configuration, `App:Env:Config` with an ending that gives its
 * type. Changes are noticed at once.
 */
export function localDirectorySource(folder: string, log: Log): Source {
  return {
    open(profile) {
      let seen: string | undefined;
      return {
        async poll() {
          const { file, contentType } = await find(folder, profile);
          const { mtimeMs, size } = await stat(file);
          const state = `${file} ${mtimeMs} ${size}`;
          if (state === seen) return UNCHANGED;
          const bytes = await readFile(file);
          const content = TEXT.test(contentType) ? Buffer.from(decodeText(bytes)) : bytes;
          seen = state;
          return { fetched: { content, contentType, version: undefined }, nextPollMs: undefined };
        },
      };
    },

    watch(onChange) {
      const warn = ({ message }: Error) =>
        log.warn(`${folder} cannot be watched: ${message}. Changes in it are noticed at the next poll.`);
      let timer: NodeJS.Timeout | undefined;
      try {
        // Editors write in several steps: the last one counts.
        const watcher = watch(folder, () => {
          clearTimeout(timer);
          timer = setTimeout(onChange, SETTLING_MS);
        });
        watcher.on('error', warn).unref();
        return () => watcher.close();
      } catch (error) {
        warn(error as Error);
        return () => undefined;
      }
    },
  };
}

async function find(folder: string, { key }: Profile): Promise<{ file: string; contentType: string }> {
  for (const name of await readdir(folder)) {
    const contentType = name.startsWith(key) ? contentTypeOf(name.slice(key.length)) : undefined;
    if (contentType !== undefined) return { file: join(folder, name), contentType };
  }
  const message = `${folder} has no file for ${key}`;
  throw Object.assign(new Error(message), {
    name: 'ResourceNotFoundException',
    ResourceType: 'Configuration',
    $metadata: { httpStatusCode: 404 },
  });
}

/** Undefined when that is no ending, and the file is that of another configuration. */
export function contentTypeOf(ending: string): string | undefined {
  if (ending === '') return 'application/octet-stream';
  const known = ENDINGS.get(ending);
  if (known !== undefined) return known;
  const [, type, subtype, ...parameters] = /^\.(\w+)%/.test(ending) ? ['', ...ending.slice(1).split('%')] : [];
  return type && subtype && [`${type}/${subtype}`, ...parameters].join('; ');
}

const ENDINGS = new Map([
  ['.json', 'application/json'],
  ['.yaml', 'application/x-yaml'],
  ['.yml', 'application/x-yaml'],
  ['.txt', 'text/plain'],
]);
/** An editor may have begun the file with a byte order mark, which AppConfig’s clients do not expect. */
const TEXT = /^text\/|[/+-](json|ion|yaml)(;|$)/;
const UNCHANGED = { fetched: undefined, nextPollMs: undefined };
const SETTLING_MS = 50;
