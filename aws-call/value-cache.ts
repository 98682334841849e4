import { Cache } from '../foundation/cache.ts';
import type { Clock } from '../foundation/clock.ts';
import { environmentRandom } from '../foundation/random.ts';
import type { SettingValues } from '../foundation/settings.ts';
import { explainAwsError, isThrottled } from './explain-aws-error.ts';
import { servicePause } from './service-pause.ts';
import { LONGEST_MS, upstreamSignal } from './upstream-timeout.ts';
import type { valueSettings } from './value-settings.ts';
import { staleLine, type Wanted, wantedOf } from './wanted.ts';

type Values = SettingValues<typeof valueSettings>;

export interface ValueCacheOptions {
  readonly settings: Values;
  readonly clock: Clock;
  /** Of the running invocation, where it is known. */
  readonly deadlineMs: () => number | undefined;
  /** Called with a line for the log. */
  readonly warn: (message: string) => void;
  /** Called with a value that has left the memory. */
  readonly onGone?: (one: { value: string; servedAtMs: number; ttlMs: number }) => void;
  /** From 0 to 1. Default: the environment's own. */
  readonly random?: () => number;
}

/** Values in memory and the bounds of each, as the settings say: alike in the extension and in the client. */
export function valueCache(options: ValueCacheOptions) {
  const { settings, clock, deadlineMs, warn, onGone, random = environmentRandom } = options;
  const pauses = { secret: servicePause({ clock, random }), parameter: servicePause({ clock, random }) };
  const pauseOf = ({ kind }: Wanted) => pauses[kind === 'secret' ? 'secret' : 'parameter'];
  const cache = new Cache({
    maxItems: settings.isCacheEnabled ? settings.cacheItems : 0,
    maxBytes: settings.cacheBytes,
    staleIfErrorMs: settings.staleIfErrorSeconds * 1_000,
    longestLoadMs: longestCallMs(settings),
    isTransient: (error) => explainAwsError(error).isTransient,
    onStandIn: (key, ageMs) => warn(staleLine(wantedOf(key), ageMs, settings.staleIfErrorSeconds)),
    ...(onGone === undefined ? {} : { onGone }),
    clock,
    jitter: { share: settings.ttlJitter, random },
    isPaused: (key) => pauseOf(wantedOf(key)).isOn(),
  });
  const secret = { ttlMs: settings.secretTtlSeconds * 1_000, configuredMs: settings.secretTimeoutMs };
  const parameter = { ttlMs: settings.parameterTtlSeconds * 1_000, configuredMs: settings.parameterTimeoutMs };
  const boundsOf = ({ kind }: Wanted) => (kind === 'secret' ? secret : parameter);

  return {
    cache,
    ttlMs: (wanted: Wanted): number => boundsOf(wanted).ttlMs,
    /** Ends a call for it that begins now. */
    signalFor: (wanted: Wanted): AbortSignal =>
      upstreamSignal({ configuredMs: boundsOf(wanted).configuredMs, deadlineMs, clock }),
    /** Makes a call, and renews nothing of that service for a while when it was throttled. */
    async watched<T>(wanted: Wanted, call: () => Promise<T>): Promise<T> {
      try {
        const value = await call();
        pauseOf(wanted).answered();
        return value;
      } catch (error) {
        if (isThrottled(explainAwsError(error))) pauseOf(wanted).throttled();
        throw error;
      }
    },
  };
}

/** How long any call may take. */
export function longestCallMs({ secretTimeoutMs, parameterTimeoutMs }: Values): number {
  return Math.max(LONGEST_MS, secretTimeoutMs, parameterTimeoutMs);
}
