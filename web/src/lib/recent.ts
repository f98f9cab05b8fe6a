/** A map that forgets its oldest entries. */
export class Recent<T> {
  #entries = new Map<string, T>();

  constructor(readonly most: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  /** False if it was there already: the first stays. */
  add(key: string, value: T): boolean {
    if (this.#entries.has(key)) return false;
    this.#entries.set(key, value);
    if (this.#entries.size > this.most) this.#entries.delete(this.#entries.keys().next().value!);
    return true;
  }
}
