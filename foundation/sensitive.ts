import { inspect } from 'node:util';

/** A value that must not be seen: it prints as `[redacted]` wherever it is logged, joined or serialised. */
export class Sensitive {
  readonly #value: string;
  readonly #bytes: Buffer;

  constructor(value: string) {
    this.#value = value;
    this.#bytes = Buffer.from(value);
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  /** Compares in a time that depends on the lengths only. An empty value equals nothing. */
  equals(candidate: string): boolean {
    if (this.isEmpty) return false;
    const actual = Buffer.from(candidate);
    // Loading node:crypto costs 4 ms, so it is not among the imports that every start pays for.
    timingSafeEqual ??= process.getBuiltinModule('node:crypto').timingSafeEqual;
    return this.#bytes.length === actual.length && timingSafeEqual(this.#bytes, actual);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

let timingSafeEqual: typeof import('node:crypto').timingSafeEqual | undefined;

const REDACTED = '[redacted]';
