import { type ValueCacheOptions, valueCache } from '../aws-call/value-cache.ts';
import type { Wanted } from '../aws-call/wanted.ts';
import type { FetchWanted } from './aws-source.ts';

export interface DirectReader {
  /** What is wanted, as JSON: from memory, or from AWS by one call for all who ask at the same time. Rejects with AWS's error. */
  read(wanted: Wanted, options: DirectReadOptions): string | Promise<string>;
}

export interface DirectReadOptions {
  /** Shortens the time to live for this reader. */
  readonly maxAgeSeconds?: number | undefined;
  /** Asks AWS even if the value is in memory. */
  readonly refresh?: boolean | undefined;
}

export interface DirectReaderOptions extends Omit<ValueCacheOptions, 'onGone'> {
  readonly fetch: FetchWanted;
}

/** Reads and keeps values by the extension's settings, so that it makes as many calls as the extension. */
export function directReader({ fetch, ...options }: DirectReaderOptions): DirectReader {
  const { cache, ttlMs: ttlMsOf, signalFor, watched } = valueCache(options);
  const { refreshAhead } = options.settings;

  return {
    read(wanted, { maxAgeSeconds = Number.POSITIVE_INFINITY, refresh = false }) {
      const ttlMs = ttlMsOf(wanted);
      const load = () => watched(wanted, () => fetch(wanted, signalFor(wanted)));
      if (refresh) return cache.refresh(wanted.key, ttlMs, load);
      // The extension does it at each invocation. Nobody waits for it.
      if (refreshAhead > 0 && cache.isToRefresh(wanted.key, refreshAhead))
        cache.refresh(wanted.key, ttlMs, load).catch(() => undefined);
      return cache.read(wanted.key, ttlMs, load, undefined, maxAgeSeconds * 1_000);
    },
  };
}
