/**
 * A Map of the entries that were set last: setting a key makes it the newest, and what is over `most` is forgotten. What is
 * `needed` is forgotten only where everything is.
 */
export class LatestMap<K, V> extends Map<K, V> {
  readonly #most: number;
  readonly #isNeeded: (value: V) => boolean;

  constructor(most: number, isNeeded: (value: V) => boolean = () => false) {
    super();
    this.#most = most;
    this.#isNeeded = isNeeded;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#most) this.#forgetOldest();
    return this;
  }

  #forgetOldest(): void {
    let oldest: { readonly key: K } | undefined;
    for (const [key, value] of this) {
      oldest ??= { key };
      if (!this.#isNeeded(value)) return void this.delete(key);
    }
    if (oldest !== undefined) this.delete(oldest.key);
  }
}
