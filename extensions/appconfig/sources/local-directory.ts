import { promises, watch } from 'node:fs';
import { join } from 'node:path';
import { decodeText } from '../../../foundation/read-text.ts';
import type { Log } from '../../sdk/index.ts';
import type { Profile } from '../profile.ts';
import type { Source } from './source.ts';
import { deployedFlags } from './stored-flags.ts';

/**
 * A folder in place of AppConfig, for work on a laptop: one file a configuration, `App:Env:Config` with an ending that gives its
 * type. Changes are noticed at once.
 */
export function localDirectorySource(folder: string, log: Log): Source {
  return {
    open(profile) {
      let seen: string | undefined;
      const said = new Set<string>();
      const sayOnce = (line: string) => {
        if (!said.has(line)) log.info(line);
        said.add(line);
      };
      return {
        async poll() {
          const { name, contentType, others } = await find(folder, profile);
          const file = join(folder, name);
          const { mtimeMs, size } = await promises.stat(file);
          const state = `${file} ${mtimeMs} ${size}`;
          if (state === seen) return UNCHANGED;
          const bytes = await promises.readFile(file);
          seen = state;
          if (others.length > 0) sayOnce(`Serving ${name} and not ${others.join(', ')}, which have the same name`);
          const stored = MAYBE_JSON.test(contentType) ? deployedFlags(decodeText(bytes)) : undefined;
          if (stored === undefined) {
            const content = TEXT.test(contentType) ? Buffer.from(decodeText(bytes)) : bytes;
            return { fetched: { content, contentType, version: undefined }, nextPollMs: undefined };
          }
          sayOnce(
            `${name} has the form in which AppConfig stores flags. Serving it in the form in which AppConfig sends them.`,
          );
          const content = Buffer.from(stored.content);
          return { fetched: { content, contentType: stored.contentType, version: undefined }, nextPollMs: undefined };
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

interface Found {
  readonly name: string;
  readonly contentType: string;
  /** Further files of the configuration. */
  readonly others: readonly string[];
}

async function find(folder: string, { key }: Profile): Promise<Found> {
  const names = (await promises.readdir(folder)).filter((name) => name.startsWith(key)).sort();
  const files = names.flatMap((name) => {
    const contentType = contentTypeOf(name.slice(key.length));
    return contentType === undefined ? [] : [{ name, contentType }];
  });
  const [first, ...others] = files;
  if (first !== undefined) return { ...first, others: others.map(({ name }) => name) };

  const unknown = names.find((name) => /^\.\w+$/.test(name.slice(key.length)));
  const hint =
    unknown === undefined ? '' : `; ${unknown} has an unknown ending: a type can be its ending, e.g. ${key}.text%csv`;
  throw Object.assign(new Error(`${folder} has no file for ${key}${hint}`), {
    name: 'ResourceNotFoundException',
    ResourceType: 'Configuration',
    $metadata: { httpStatusCode: 404 },
  });
}

/** Undefined when that is no known ending: the file may be that of another configuration. */
export function contentTypeOf(ending: string): string | undefined {
  if (ending === '') return 'application/octet-stream';
  const known = ENDINGS.get(ending.toLowerCase());
  if (known !== undefined) return known;
  const [, type, subtype, ...parameters] = /^\.(\w+)%/.test(ending) ? ['', ...ending.slice(1).split('%')] : [];
  return type && subtype && [`${type}/${subtype}`, ...parameters].join('; ');
}

const ENDINGS = new Map([
  ['.json', 'application/json'],
  ['.ion', 'application/ion; type=AWS.AppConfig.FeatureFlags'],
  ['.yaml', 'application/x-yaml'],
  ['.yml', 'application/x-yaml'],
  ['.toml', 'application/toml'],
  ['.xml', 'application/xml'],
  ['.csv', 'text/csv'],
  ['.html', 'text/html'],
  ['.md', 'text/markdown'],
  ...['.txt', '.conf', '.env', '.ini', '.properties'].map((ending) => [ending, 'text/plain'] as const),
]);
const MAYBE_JSON = /json|octet-stream/;
/** An editor may have begun the file with a byte order mark, which AppConfig’s clients do not expect. */
const TEXT = /^text\/|[/+-](json|ion|yaml|toml|xml)(;|$)/;
const UNCHANGED = { fetched: undefined, nextPollMs: undefined };
const SETTLING_MS = 50;
