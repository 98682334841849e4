import { explainAwsError, isThrottled } from '../aws-call/explain-aws-error.ts';
import { servicePause } from '../aws-call/service-pause.ts';
import { LONGEST_MS, upstreamSignal } from '../aws-call/upstream-timeout.ts';
import type { valueSettings } from '../aws-call/value-settings.ts';
import { staleLine, type Wanted, wantedOf } from '../aws-call/wanted.ts';
import { Cache } from '../foundation/cache.ts';
import type { Clock } from '../foundation/clock.ts';
import { environmentRandom } from '../foundation/random.ts';
import type { SettingValues } from '../foundation/settings.ts';
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

export interface DirectReaderOptions {
  readonly settings: SettingValues<typeof valueSettings>;
  readonly fetch: FetchWanted;
  readonly clock: Clock;
  /** Of the running invocation, where it is known. */
  readonly deadlineMs: () => number | undefined;
  readonly warn: (message: string) => void;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** Reads and keeps values by the extension's settings, so that it makes as many calls as the extension. */
export function directReader(options: DirectReaderOptions): DirectReader {
  const { settings, fetch, clock, deadlineMs, warn, random = environmentRandom } = options;
  const pauses = { secret: servicePause({ clock, random }), parameter: servicePause({ clock, random }) };
  const pauseOf = ({ kind }: Wanted) => pauses[kind === 'secret' ? 'secret' : 'parameter'];
  const cache = new Cache({
    maxItems: settings.isCacheEnabled ? settings.cacheItems : 0,
    maxBytes: settings.cacheBytes,
    staleIfErrorMs: settings.staleIfErrorSeconds * 1_000,
    longestLoadMs: Math.max(LONGEST_MS, settings.secretTimeoutMs, settings.parameterTimeoutMs),
    isTransient: (error) => explainAwsError(error).isTransient,
    onStandIn: (key, ageMs) => warn(staleLine(wantedOf(key), ageMs, settings.staleIfErrorSeconds)),
    clock,
    jitter: { share: settings.ttlJitter, random },
    isPaused: (key) => pauseOf(wantedOf(key)).isOn(),
  });
  const [secretTtlMs, parameterTtlMs] = [settings.secretTtlSeconds * 1_000, settings.parameterTtlSeconds * 1_000];

  return {
    read(wanted, { maxAgeSeconds = Number.POSITIVE_INFINITY, refresh = false }) {
      const ttlMs = wanted.kind === 'secret' ? secretTtlMs : parameterTtlMs;
      const configuredMs = wanted.kind === 'secret' ? settings.secretTimeoutMs : settings.parameterTimeoutMs;
      const load = async () => {
        try {
          const value = await fetch(wanted, upstreamSignal({ configuredMs, deadlineMs, clock }));
          pauseOf(wanted).answered();
          return value;
        } catch (error) {
          if (isThrottled(explainAwsError(error))) pauseOf(wanted).throttled();
          throw error;
        }
      };
      if (refresh) return cache.refresh(wanted.key, ttlMs, load);
      // The extension does it at each invocation. Nobody waits for it.
      if (settings.refreshAhead > 0 && cache.isToRefresh(wanted.key, settings.refreshAhead))
        cache.refresh(wanted.key, ttlMs, load).catch(() => undefined);
      return cache.read(wanted.key, ttlMs, load, undefined, maxAgeSeconds * 1_000);
    },
  };
}
