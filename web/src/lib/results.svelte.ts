import { Recent } from './recent';
import { toRow, type Row } from './row';
import { Seconds } from './seconds';
import { stream, type StreamedResult } from './stream.svelte';

export interface Arrival {
  event: StreamedResult;
  arrived: number;
}

const kRows = 1_000;
const kRemembered = 8_192;
const kRefresh = 50; // ms between two looks at the rows: a result is on the screen within 100
const kReadable = 20; // more new rows than that in one look are for nobody to read: one look in three is enough

/** All results that the stream brings: each once, the newest of them as rows. */
class Results {
  /** Newest first, as of the last refresh. */
  rows = $state.raw<Row[]>([]);
  total = $state(0);
  skipped = $state(0);
  paused = $state(false);
  /** Came while it was paused. */
  behind = $state(0);
  readonly seconds = new Seconds();
  #newest: Row[] = []; // newest last
  #known = new Recent<Arrival>(kRemembered);
  #waiting = new Map<string, (arrival: Arrival) => void>();
  #total = 0;
  #shown = 0;
  #changed = false;
  #passed = 0; // looks that were left out

  start() {
    stream.listen({
      result: (event, arrived) => this.#add(event, arrived),
      skipped: (count) => (this.skipped += count),
    });
    setInterval(() => this.#refresh(), kRefresh);
  }

  setPaused(paused: boolean) {
    this.paused = paused;
    this.#passed = kReadable; // what is wanted now is shown now
    this.#changed = true;
    this.#refresh();
  }

  /** The result of a request once the stream brings it, which may have been before. Rejects when aborted. */
  wait(id: string, signal: AbortSignal): Promise<Arrival> {
    const known = this.#known.get(id);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, resolve);
      signal.addEventListener('abort', () => {
        this.#waiting.delete(id);
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
  }

  #add(event: StreamedResult, arrived: number) {
    const { result } = event;
    if (!this.#known.add(result.id, { event, arrived })) return; // told twice, after a restart of the service
    this.#waiting.get(result.id)?.({ event, arrived });
    this.#waiting.delete(result.id);
    const row = toRow(event);
    this.seconds.add(Date.now(), row.took);
    this.#newest.push(row);
    if (this.#newest.length >= 2 * kRows) this.#newest = this.#newest.slice(-kRows);
    this.#total += 1;
    this.#changed = true;
  }

  #refresh() {
    if (!this.#changed) return;
    if (this.#total - this.total > kReadable && ++this.#passed < 3) return;
    this.#passed = 0;
    this.#changed = false;
    this.total = this.#total;
    if (this.paused) {
      this.behind = this.#total - this.#shown;
      return;
    }
    this.behind = 0;
    this.#shown = this.#total;
    this.rows = this.#newest.slice(-kRows).reverse();
  }
}

export const results = new Results();
