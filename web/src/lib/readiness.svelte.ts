import { stream } from './stream.svelte';

interface Check {
  name: string;
  ready: boolean;
  detail?: string;
}

const kRefresh = 5_000; // ms, while there is something to wait for

/** What GET /readyz says: parts that the service waits for, and whether a model is served. */
class Readiness {
  /** Names of the checks that fail; empty also while the service is away, which other parts of the page say. */
  waiting = $state.raw<string[]>([]);
  /** What the service remarks on its model, in its own words; empty if nothing. */
  model = $state('');
  /** That no model is served. */
  noModel = $derived(/^no model/i.test(this.model));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  /** Reads it, and again when another model is served, until the returned function is called. */
  watch(): () => void {
    void this.refresh();
    const unlisten = stream.listen({ model: () => void this.refresh() });
    return () => {
      unlisten();
      this.#turn += 1;
      clearTimeout(this.#timer);
    };
  }

  async refresh() {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    let checks: Check[] = [];
    let away = false;
    try {
      const response = await fetch('/readyz', { cache: 'no-store' });
      checks = ((await response.json()) as { checks?: Check[] }).checks ?? [];
    } catch {
      away = true;
    }
    if (turn !== this.#turn) return;
    const model = checks.find(({ name }) => name === 'model');
    this.model = model?.ready ? (model.detail ?? '') : '';
    this.waiting = checks.filter(({ ready }) => !ready).map(({ name }) => name);
    if (away || this.model || this.waiting.length) this.#timer = setTimeout(() => void this.refresh(), kRefresh);
  }
}

export const readiness = new Readiness();
