import { api, ApiError, type Recommendation } from '../api/client';
import { moved, moves } from './ranks';
import { results } from './results.svelte';
import { kMostShared, type Place } from './share';
import { stream } from './stream.svelte';
import type { Clocked } from './waterfall';

export interface HistoryItem {
  /** Tells two of the same item apart. */
  key: number;
  item: string;
  title: string;
}

export const kShown = 200;
const kPatience = 30_000;

/** What the simulator shows: a history, what is asked for, and the answer. */
class Simulation {
  user = $state('');
  /** Newest first. */
  history = $state.raw<HistoryItem[]>([]);
  /** The history is no longer what is stored for the user. */
  edited = $state(false);
  limited = $state(false);
  k = $state(10);
  categories = $state.raw<string[]>([]);
  excluded = $state.raw<{ item: string; title: string }[]>([]);

  asking = $state(false);
  error = $state<ApiError | null>(null);
  answer = $state.raw<Recommendation | null>(null);
  clocked = $state.raw<Clocked | null>(null);
  /** Of each item of the answer: places gained against the one before; null where there was none. */
  moves = $state.raw<(number | null)[] | null>(null);
  #key = 0;
  #asked = 0;

  get place(): Place {
    if (this.user && !this.edited) return { view: 'simulator', user: this.user };
    // Oldest first, as in a request; of a long one the newest.
    return { view: 'simulator', history: this.history.slice(0, kMostShared).map(({ item }) => item).reverse() };
  }

  /** The question, as the api takes it. */
  get question() {
    return this.user && !this.edited
      ? { user: this.user }
      : { history: this.history.map(({ item }) => item).reverse() };
  }

  async chooseUser(user: string) {
    await this.#guard(async () => {
      const { history } = await api.history(user, kShown);
      this.user = user;
      this.history = history.map(({ item, title }) => this.#entry(item, title));
      this.edited = false;
      this.limited = history.length === kShown;
      this.#forget();
    });
  }

  /** Items, oldest first. */
  async setHistory(items: string[]) {
    await this.#guard(async () => {
      const titles = await Promise.all(items.map((item) => api.item(item).catch(() => null)));
      this.user = '';
      this.history = items.map((item, n) => this.#entry(item, titles[n]?.title)).reverse();
      this.edited = true;
      this.limited = false;
      this.#forget();
    });
  }

  clear() {
    this.user = '';
    this.history = [];
    this.edited = true;
    this.limited = false;
    this.#forget();
  }

  add(item: string, title?: string) {
    this.#edit([this.#entry(item, title), ...this.history]);
  }

  remove(place: number) {
    this.#edit(this.history.filter((_, n) => n !== place));
  }

  move(from: number, to: number) {
    if (to >= 0 && to < this.history.length && from !== to) this.#edit(moved(this.history, from, to));
  }

  exclude(item: string, title: string) {
    if (!this.excluded.some((one) => one.item === item)) this.excluded = [...this.excluded, { item, title }];
  }

  include(item: string) {
    this.excluded = this.excluded.filter((one) => one.item !== item);
  }

  /** Asks, and shows the result when the stream brings it. */
  async ask() {
    const turn = ++this.#asked;
    this.asking = true;
    await this.#guard(async () => {
      const abort = new AbortController();
      const patience = setTimeout(() => abort.abort(), kPatience);
      try {
        const sent = performance.now();
        const { id } = await api.ask({
          ...this.question,
          k: this.k,
          seen: 'exclude',
          explain: true,
          ...(this.excluded.length ? { exclude: this.excluded.map(({ item }) => item) } : {}),
          ...(this.categories.length ? { filter: { categories: this.categories } } : {}),
        });
        const accepted = performance.now();
        const { result, received, arrived } = await hear(id, abort.signal);
        if (turn !== this.#asked) return;
        const before = this.answer?.items?.map(({ item }) => item);
        this.moves = before ? moves(result.items?.map(({ item }) => item) ?? [], before) : null;
        this.answer = result;
        this.clocked = { result, received, sent, accepted, arrived };
      } finally {
        clearTimeout(patience);
        abort.abort();
      }
    });
    if (turn === this.#asked) this.asking = false;
  }

  /** The user did as recommended: it is stored (or, for an own history, added), and asked again. */
  async happened(item: string, title: string) {
    const recommendation = this.answer?.id ?? '';
    await this.#guard(async () => {
      if (this.user && !this.edited) {
        await api.happened(this.user, item, recommendation);
        this.history = [this.#entry(item, title), ...this.history].slice(0, kShown);
      } else {
        this.add(item, title);
      }
    });
    if (!this.error) await this.ask();
  }

  #entry(item: string, title: string | undefined): HistoryItem {
    return { key: ++this.#key, item, title: title || item };
  }

  #edit(history: HistoryItem[]) {
    this.history = history;
    this.edited = true;
  }

  #forget() {
    this.answer = null;
    this.clocked = null;
    this.moves = null;
    this.#asked += 1;
    this.asking = false;
  }

  async #guard(work: () => Promise<void>) {
    this.error = null;
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError) this.error = error;
      else if (error instanceof DOMException) this.error = new ApiError(504, '');
      else throw error;
    }
  }
}

/** The result by the stream; where that is away, by asking for it. */
async function hear(id: string, signal: AbortSignal): Promise<{ result: Recommendation; received: string; arrived: number }> {
  const streamed = results.wait(id, signal).then(({ event, arrived }) => ({ ...event, arrived }));
  if (stream.status === 'live') return streamed;
  const polled = api.result(id, 25, signal).then((result) => ({
    result,
    received: result.finished ?? new Date().toISOString(),
    arrived: performance.now(),
  }));
  polled.catch(() => {}); // the other one may have won
  streamed.catch(() => {});
  return Promise.race([streamed, polled]);
}

export const simulation = new Simulation();
