import { inspect } from 'node:util';

/** A value that must not be seen: it prints as `[redacted]` wherever it is logged, joined or serialised. */
export class Sensitive {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  get isEmpty(): boolean {
    return this.#value === '';
  }

  /**
   * Compares in a time that depends on the lengths only. An empty value equals nothing. `timingSafeEqual` would want two
   * buffers for each call, some microseconds, and 4 ms to load at the first.
   */
  equals(candidate: string): boolean {
    const value = this.#value;
    if (this.isEmpty || candidate.length !== value.length) return false;
    let difference = 0;
    for (let index = 0; index < value.length; index++) {
      difference |= candidate.charCodeAt(index) ^ value.charCodeAt(index);
    }
    return difference === 0;
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

const REDACTED = '[redacted]';
