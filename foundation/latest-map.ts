/** A Map of the entries that were set last: setting a key makes it the newest, and what is over `most` is forgotten. */
export class LatestMap<K, V> extends Map<K, V> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#most) this.#forgetOldest();
    return this;
  }

  #forgetOldest(): void {
    for (const oldest of this.keys()) {
      this.delete(oldest);
      return;
    }
  }
}
