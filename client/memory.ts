import { LatestMap } from '../foundation/latest-map.ts';

/** Values in the function's own memory: a repeated read costs no request. Callers that miss together share one load. */
export class Memory<T> {
  readonly #entries = new LatestMap<string, { value: Promise<T>; storedAtMs: number }>(MAX_ENTRIES);
  readonly #nowMs: () => number;

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** The value of `key`, at most `maxAgeMs` old by the wall clock, which alone moves in a freeze. */
  read(key: string, maxAgeMs: number, load: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key);
    const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() - entry.storedAtMs;
    // A clock that was set back says nothing about the age.
    return entry !== undefined && ageMs >= 0 && ageMs < maxAgeMs ? entry.value : this.#load(key, load);
  }

  clear(): void {
    this.#entries.clear();
  }

  #load(key: string, load: () => Promise<T>): Promise<T> {
    const entry = { value: load(), storedAtMs: this.#nowMs() };
    this.#entries.set(key, entry);
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    return entry.value;
  }
}

const MAX_ENTRIES = 1_000;
