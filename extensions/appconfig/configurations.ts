import { servicePause } from '../../aws-call/service-pause.ts';
import { onceAMinute } from '../../foundation/once-a-minute.ts';
import { environmentRandom } from '../../foundation/random.ts';
import type { Clock, Log, LogLevel } from '../sdk/index.ts';
import type { Configuration } from './configuration.ts';
import { type Followed, follow } from './follow.ts';
import type { AppConfigMetrics } from './metrics.ts';
import { pollTimeoutMs } from './poll-timeout.ts';
import type { Profile } from './profile.ts';
import type { Fetched, Source } from './sources/source.ts';

export interface ConfigurationsOptions {
  source: Source;
  settings: { pollIntervalSeconds: number; pollTimeoutMs: number; logLevel: LogLevel };
  prepare: (profile: Profile, fetched: Fetched) => Promise<Configuration>;
  restore: (profile: Profile) => Promise<Fetched | undefined>;
  onChange: (profile: Profile, configuration: Configuration) => void;
  /** Of the running invocation, if one runs. */
  deadlineMs: () => number | undefined;
  clock: Clock;
  log: Log;
  metrics: AppConfigMetrics;
  random?: () => number;
}

export type Configurations = ReturnType<typeof configurations>;

/** All configurations that somebody asked for. Those that nobody read for longest leave when there is no more room. */
export function configurations(options: ConfigurationsOptions) {
  const {
    source,
    settings,
    prepare,
    restore,
    onChange,
    deadlineMs,
    clock,
    log,
    metrics,
    random = environmentRandom,
  } = options;
  /** A Map keeps the order of insertion: the first one was not read for longest. */
  const followed = new Map<string, Followed>();
  const pause = servicePause({ clock, random });
  const warn = onceAMinute(log.warn, clock.wallMs);
  /** Readers may ask for any name, and each may fail. */
  const ofFollowed = { ...log, error: onceAMinute(log.error, clock.wallMs) };

  function of(profile: Profile): Followed {
    const known = followed.get(profile.key);
    if (known !== undefined) {
      followed.delete(profile.key);
      followed.set(profile.key, known);
      return known;
    }
    const created = follow({
      key: profile.key,
      feed: source.open(profile),
      prepare: (fetched) => prepare(profile, fetched),
      restore: () => restore(profile),
      onChange(configuration) {
        makeRoom();
        onChange(profile, configuration);
      },
      pollIntervalMs: settings.pollIntervalSeconds * 1_000,
      pollTimeoutMs: () =>
        pollTimeoutMs({ configuredMs: settings.pollTimeoutMs, deadlineMs: deadlineMs(), nowMs: clock.wallMs() }),
      clock,
      log: ofFollowed,
      metrics,
      random,
      pause,
    });
    followed.set(profile.key, created);
    makeRoom();
    return created;
  }

  function makeRoom(): void {
    let bytes = 0;
    for (const one of followed.values()) bytes += one.bytes();
    for (const [key, one] of followed) {
      if (followed.size <= MAX_CONFIGURATIONS && (bytes <= MAX_BYTES || followed.size === 1)) return;
      followed.delete(key);
      bytes -= one.bytes();
      warn(
        `Dropped ${key} from memory, because more than ${MAX_CONFIGURATIONS} configurations or ${MAX_BYTES} bytes are in use. Its next read fetches it again.`,
      );
    }
  }

  return {
    /** In the same turn where it is in memory. */
    read(profile: Profile): Configuration | Promise<Configuration> {
      const answer = of(profile).read();
      if (settings.logLevel === 'debug')
        log.debug(`${profile.key}: ${answer instanceof Promise ? 'waiting for AppConfig' : 'from memory'}`);
      return answer;
    },

    next: (profile: Profile, known: Configuration, waitMs: number, signal: AbortSignal): Promise<Configuration> =>
      of(profile).next(known, waitMs, signal),

    /** Fetches what nobody has asked for yet. What fails is logged. */
    async prefetch(profiles: readonly Profile[]): Promise<void> {
      await Promise.allSettled(profiles.map((profile) => of(profile).prefetch()));
    },

    /** Polls what is due; resolves when all that has an answer, or `signal` is aborted. */
    async pollDue(signal?: AbortSignal): Promise<void> {
      await Promise.all([...followed.values()].flatMap((one) => (one.isDue() ? [one.poll(signal)] : [])));
    },

    /** Polls all, due or not. */
    async pollAll(): Promise<void> {
      await Promise.all([...followed.values()].map((one) => one.pollAnew()));
    },

    /** Reads again what was read before the manifest said how. */
    forget(profiles: readonly Profile[]): void {
      for (const { key } of profiles) followed.delete(key);
    },

    status: () => [...followed.values()].map((one) => one.status()),
    clear: () => followed.clear(),
  };
}

const MAX_CONFIGURATIONS = 200;
const MAX_BYTES = 64 * 1024 * 1024;
