/**
 * Values that were served a short while ago and are not in memory any more: evicted, rotated, invalidated, or never kept.
 * The function still has them, and may log them, so that telemetry has to redact them, too.
 */
export class GoneValues {
  /** Until when each counts, those that went first at the front. */
  readonly #untilMs = new Map<string, number>();
  #bytes = 0;

  /** Keeps it for a time to live after it was served last, unless there are too many of them. */
  keep({ value, servedAtMs, ttlMs }: { value: string; servedAtMs: number; ttlMs: number }, nowMs: number): void {
    const untilMs = servedAtMs + Math.max(ttlMs, LEAST_MS);
    if (untilMs <= nowMs) return;
    this.#drop(value);
    this.#untilMs.set(value, untilMs);
    this.#bytes += Buffer.byteLength(value);
    for (const [oldest, oldestUntilMs] of this.#untilMs) {
      if (oldestUntilMs > nowMs && this.#untilMs.size <= MAX_VALUES && this.#bytes <= MAX_BYTES) break;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#untilMs.clear();
    this.#bytes = 0;
  }

  /** Those that still count. */
  *values(nowMs: number): Iterable<string> {
    for (const [value, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) yield value;
      else this.#drop(value);
    }
  }

  #drop(value: string): void {
    if (this.#untilMs.delete(value)) this.#bytes -= Buffer.byteLength(value);
  }
}

/** Even without a cache: a log line that quotes the value takes a while to arrive. */
const LEAST_MS = 60_000;
const MAX_VALUES = 1_000;
const MAX_BYTES = 4 * 1024 * 1024;
