import type { Clock } from './clock.ts';

export interface CacheOptions {
  readonly maxItems: number;
  readonly maxBytes: number;
  /** How long a stale value may be served while no other can be fetched. */
  readonly staleIfErrorMs: number;
  /** No load takes longer, unless a freeze lies in it. */
  readonly longestLoadMs: number;
  /** Whether a stale value is a better answer than this error. */
  readonly isTransient: (error: unknown) => boolean;
  /** Called when a stale value is served for the first time; again after it has been replaced. */
  readonly onStandIn?: (key: string, ageMs: number) => void;
  /** Called with what left the memory, or never stayed in it: when it was served last, and how long it would have been kept. */
  readonly onGone?: (gone: { value: string; servedAtMs: number; ttlMs: number }) => void;
  readonly clock: Clock;
  /**
   * Lets values expire up to this share of their time to live earlier, and be due for renewal over the first half of their window,
   * each at random: what many environments fetched together is not asked for together again.
   */
  readonly jitter?: { readonly share: number; readonly random: () => number };
  /** Whether the source of this key asks for a pause: no renewal begins, and a stale value is served where there is one. */
  readonly isPaused?: (key: string) => boolean;
}

export type ReadOutcome = 'hit' | 'miss' | 'stale';

/**
 * Values in memory, least recently used ones leaving first. Age is counted in wall time, since everything else stands
 * still in a freeze.
 */
export class Cache {
  readonly #options: CacheOptions;
  /** A Map keeps the order of insertion: the first entry is the one that was not used for longest. */
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Load>();
  /** One that several keys lead to, such as a name and an ARN, is there, and counts, once. */
  readonly #values = new Map<string, SharedValue>();
  #bytes = 0;
  #latestFetch = 0;
  /** The fetches up to here may bring what was forgotten since. */
  #forgottenFetches = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /**
   * The value of `key`, at most `ttlMs` old; older only where `load` fails for a passing reason. Callers that miss the
   * same key at the same time share one `load`; when it fails, all of them get its error and nothing new is kept.
   * @param onOutcome told how the read was answered, unless it fails.
   * @param maxAgeMs how old a value this caller takes, where that is less.
   */
  read(
    key: string,
    ttlMs: number,
    load: () => Promise<string>,
    onOutcome?: (outcome: ReadOutcome) => void,
    maxAgeMs = ttlMs,
  ): string | Promise<string> {
    const nowMs = this.#options.clock.wallMs();
    const entry = this.#touch(key, nowMs);
    if (entry !== undefined && nowMs - entry.storedAtMs < Math.min(entry.lifeMs, ttlMs, maxAgeMs)) {
      entry.wasRead = true;
      entry.servedAtMs = nowMs;
      onOutcome?.('hit');
      return entry.value;
    }
    if (entry !== undefined && this.#isOutage(key, entry, nowMs) && this.#mayStandIn(entry, ttlMs, nowMs)) {
      onOutcome?.('stale');
      return this.#standIn(key, entry, nowMs);
    }
    const loaded = this.#running(key, nowMs) ?? this.#load(key, ttlMs, load);
    return loaded.then(
      (value) => {
        onOutcome?.('miss');
        return value;
      },
      (error: unknown) => {
        const value = this.#staleValue(key, ttlMs, error);
        onOutcome?.('stale');
        return value;
      },
    );
  }

  /** Loads whatever is in memory, and keeps what is there when that fails. */
  refresh(key: string, ttlMs: number, load: () => Promise<string>): Promise<string> {
    return this.#load(key, ttlMs, load);
  }

  /** Numbers a fetch, for `store`, when it begins. */
  begin(): number {
    return ++this.#latestFetch;
  }

  /** Keeps a value that came by another way, unless that of a later fetch is there, or it was forgotten meanwhile. */
  store(key: string, ttlMs: number, value: string, fetch: number): void {
    const { maxItems, maxBytes, clock, onGone, jitter = NO_JITTER } = this.#options;
    const nowMs = clock.wallMs();
    const known = this.#entries.get(key);
    const isOutdated = known === undefined ? fetch <= this.#forgottenFetches : fetch < known.fetch;
    if (!isOutdated) this.#remove(key, value);
    if (isOutdated || ttlMs === 0 || maxItems === 0 || sizeOf(key) + sizeOf(value) > maxBytes) {
      onGone?.({ value, servedAtMs: nowMs, ttlMs });
      return;
    }

    this.#entries.set(key, {
      value: this.#share(value),
      fetch,
      ttlMs,
      lifeMs: ttlMs * (1 - jitter.share * jitter.random()),
      renewalDelay: jitter.share === 0 ? 0 : jitter.random() / 2,
      storedAtMs: nowMs,
      servedAtMs: nowMs,
      failedAtMs: NEVER,
      isRefused: false,
      wasRead: false,
      standsIn: false,
    });
    this.#bytes += sizeOf(key);
    for (const oldest of this.#entries.keys()) {
      if (this.#values.size <= maxItems && this.#bytes <= maxBytes) break;
      this.#remove(oldest);
    }
  }

  /** The keys that somebody read since they were stored, and that are in the last share `ahead` of their life. */
  keysToRefresh(ahead: number): string[] {
    const nowMs = this.#options.clock.wallMs();
    return [...this.#entries].flatMap(([key, entry]) => (this.#isDue(key, entry, ahead, nowMs) ? [key] : []));
  }

  /** Whether `keysToRefresh` would name this key. */
  isToRefresh(key: string, ahead: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.#isDue(key, entry, ahead, this.#options.clock.wallMs());
  }

  /** Forgets what the predicate names, also what is being fetched just now, of which it is told no value. */
  forget(isMeant: (key: string, value: string | undefined) => boolean): void {
    this.#forgottenFetches = this.#latestFetch;
    for (const [key, { value }] of this.#entries) if (isMeant(key, value)) this.#remove(key);
    for (const key of this.#loading.keys()) if (isMeant(key, undefined)) this.#loading.delete(key);
  }

  /** What is in memory, the value that was not used for longest first. */
  *values(): Iterable<string> {
    for (const { value } of this.#entries.values()) yield value;
  }

  #isDue(key: string, entry: Entry, ahead: number, nowMs: number): boolean {
    const { wasRead, isRefused, lifeMs, renewalDelay, storedAtMs } = entry;
    // A caller who renews at every age wants no delay.
    const dueMs = lifeMs * (1 - ahead + renewalDelay * Math.min(ahead, 1 - ahead));
    const isDue = wasRead && !isRefused && nowMs - storedAtMs >= dueMs && !hasJustFailed(entry, nowMs);
    return isDue && this.#running(key, nowMs) === undefined && !this.#isPaused(key);
  }

  #touch(key: string, nowMs: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // The wall clock was set back: the entry's age is unknown, so that counting starts again.
    if (nowMs < entry.storedAtMs) entry.storedAtMs = nowMs;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #load(key: string, ttlMs: number, load: () => Promise<string>): Promise<string> {
    const { clock, isTransient } = this.#options;
    const fetch = this.begin();
    const value = load()
      .then(
        (loaded) => {
          this.store(key, ttlMs, loaded, fetch);
          return loaded;
        },
        (error: unknown) => {
          const entry = this.#entries.get(key);
          if (entry !== undefined) {
            if (isTransient(error)) entry.failedAtMs = clock.wallMs();
            else entry.isRefused = true;
          }
          throw error;
        },
      )
      .finally(() => {
        if (this.#loading.get(key)?.value === value) this.#loading.delete(key);
      });
    this.#loading.set(key, { value, startedAtMs: clock.wallMs() });
    return value;
  }

  #staleValue(key: string, ttlMs: number, error: unknown): string {
    const { clock, isTransient } = this.#options;
    const nowMs = clock.wallMs();
    const entry = this.#entries.get(key);
    if (entry !== undefined && isTransient(error) && this.#mayStandIn(entry, ttlMs, nowMs)) {
      return this.#standIn(key, entry, nowMs);
    }
    this.#remove(key);
    throw error;
  }

  #standIn(key: string, entry: Entry, nowMs: number): string {
    entry.servedAtMs = nowMs;
    if (!entry.standsIn) this.#options.onStandIn?.(key, nowMs - entry.storedAtMs);
    entry.standsIn = true;
    return entry.value;
  }

  /** Whether a reader need not try: the last try has just failed, another reader waits for the next one, or the source is busy. */
  #isOutage(key: string, entry: Entry, nowMs: number): boolean {
    if (hasJustFailed(entry, nowMs) || (entry.standsIn && this.#running(key, nowMs) !== undefined)) return true;
    return this.#isPaused(key);
  }

  #isPaused(key: string): boolean {
    return this.#options.isPaused?.(key) ?? false;
  }

  /** The load that others may join. One from before a freeze may wait for the answer on a connection that is dead. */
  #running(key: string, nowMs: number): Promise<string> | undefined {
    const load = this.#loading.get(key);
    const isOld = load !== undefined && Math.abs(nowMs - load.startedAtMs) >= this.#options.longestLoadMs;
    return isOld ? undefined : load?.value;
  }

  #mayStandIn({ storedAtMs, lifeMs }: Entry, ttlMs: number, nowMs: number): boolean {
    return nowMs - storedAtMs < Math.min(lifeMs, ttlMs) + this.#options.staleIfErrorMs;
  }

  #remove(key: string, replacement?: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key);
    this.#unshare(entry.value);
    if (entry.value !== replacement) this.#options.onGone?.(entry);
  }

  #share(value: string): string {
    const known = this.#values.get(value);
    if (known !== undefined) {
      known.keys++;
      return known.value;
    }
    this.#values.set(value, { value, keys: 1 });
    this.#bytes += sizeOf(value);
    return value;
  }

  #unshare(value: string): void {
    const known = this.#values.get(value);
    if (known === undefined || --known.keys > 0) return;
    this.#values.delete(value);
    this.#bytes -= sizeOf(value);
  }
}

interface Load {
  readonly value: Promise<string>;
  readonly startedAtMs: number;
}

interface SharedValue {
  readonly value: string;
  /** How many lead to it. */
  keys: number;
}

interface Entry {
  readonly value: string;
  /** The number of the fetch that brought it. */
  readonly fetch: number;
  readonly ttlMs: number;
  /** The time to live less its jitter. */
  readonly lifeMs: number;
  /** The share of the window of renewal that passes first. */
  readonly renewalDelay: number;
  storedAtMs: number;
  /** The last time; its fetch counts, since those who waited for it were served. */
  servedAtMs: number;
  /** When a renewal failed last for a transient reason. */
  failedAtMs: number;
  /** Whether AWS refused a renewal: readers get that error when the time to live is over. */
  isRefused: boolean;
  wasRead: boolean;
  /** Whether it was served beyond its time to live. */
  standsIn: boolean;
}

/** In both directions: the wall clock may have been set back since. */
function hasJustFailed({ failedAtMs }: Entry, nowMs: number): boolean {
  return Math.abs(nowMs - failedAtMs) < RETRY_PAUSE_MS;
}

const NO_JITTER = { share: 0, random: () => 0 };
const NEVER = Number.NEGATIVE_INFINITY;
/** During an outage only one reader in this time waits for the time-out. */
const RETRY_PAUSE_MS = 5_000;

/** In characters, each of which takes one byte, or two where one of them is beyond Latin-1. */
function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}
