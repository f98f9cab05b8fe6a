/** Numbers of the last minute, by the second in which they came. Memory: bounded, whatever comes. */
export class Seconds {
  static readonly kSpan = 60;
  static readonly kSamples = 512;
  #buckets: { second: number; count: number; samples: number[] }[] = [];

  add(now: number, value: number) {
    const second = Math.floor(now / 1000);
    let bucket = this.#buckets.at(-1);
    if (!bucket || bucket.second < second) {
      bucket = { second, count: 0, samples: [] };
      this.#buckets.push(bucket);
      while (this.#buckets[0]!.second <= second - Seconds.kSpan) this.#buckets.shift();
    }
    bucket.count += 1;
    // Every so often one takes the place of an earlier: a fair sample of a second with many.
    if (bucket.samples.length < Seconds.kSamples) bucket.samples.push(value);
    else bucket.samples[(bucket.count * 7919) % Seconds.kSamples] = value;
  }

  /** A row for each whole second before `now`, oldest first; null where nothing came. */
  rows(now: number): { second: number; count: number; p50: number | null; p95: number | null }[] {
    const present = Math.floor(now / 1000);
    const by = new Map(this.#buckets.map((bucket) => [bucket.second, bucket]));
    return Array.from({ length: Seconds.kSpan }, (_, n) => {
      const second = present - Seconds.kSpan + n;
      const bucket = by.get(second);
      const sorted = bucket ? [...bucket.samples].sort((a, b) => a - b) : [];
      return { second, count: bucket?.count ?? 0, p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
    });
  }
}

/** Of a sorted list; null if it is empty. */
export function quantile(sorted: number[], q: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))]!;
}
