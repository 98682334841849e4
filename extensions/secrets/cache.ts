import type { Clock } from '../../foundation/clock.ts';

export interface CacheLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/**
 * Values in memory, least recently used ones leaving first. Age is counted in wall time, since everything else stands
 * still in a freeze.
 */
export class Cache {
  readonly #limits: CacheLimits;
  readonly #clock: Clock;
  /** A Map keeps the order of insertion: the first entry is the one that was not used for longest. */
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<Buffer>>();
  #bytes = 0;

  constructor(limits: CacheLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * The value of `key`, at most `ttlSeconds` old. Callers that miss the same key at the same time share one `load`; when
   * it fails, all of them get its error and nothing is kept.
   */
  read(key: string, ttlSeconds: number, load: () => Promise<Buffer>): Buffer | Promise<Buffer> {
    return this.#fresh(key, ttlSeconds) ?? this.#loading.get(key) ?? this.#load(key, ttlSeconds, load);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #fresh(key: string, ttlSeconds: number): Buffer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;

    const nowMs = this.#clock.wallMs();
    // The wall clock was set back: the entry's age is unknown, so that counting starts again.
    if (nowMs < entry.storedAtMs) entry.storedAtMs = nowMs;
    this.#remove(key, entry);
    if (nowMs - entry.storedAtMs >= ttlSeconds * 1_000) return undefined;

    this.#add(key, entry);
    return entry.value;
  }

  #load(key: string, ttlSeconds: number, load: () => Promise<Buffer>): Promise<Buffer> {
    const loading = load()
      .then((value) => {
        if (ttlSeconds > 0) this.#store(key, value);
        return value;
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  #store(key: string, value: Buffer): void {
    if (this.#limits.maxItems === 0 || sizeOf(key, value) > this.#limits.maxBytes) return;

    this.#add(key, { value, storedAtMs: this.#clock.wallMs() });
    for (const [oldestKey, oldest] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxItems && this.#bytes <= this.#limits.maxBytes) break;
      this.#remove(oldestKey, oldest);
    }
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += sizeOf(key, entry.value);
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= sizeOf(key, entry.value);
  }
}

interface Entry {
  readonly value: Buffer;
  storedAtMs: number;
}

function sizeOf(key: string, value: Buffer): number {
  return key.length + value.length;
}
