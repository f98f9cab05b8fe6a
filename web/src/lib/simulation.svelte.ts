import { api, ApiError, type Recommendation } from '../api/client';
import { moved, moves } from './ranks';
import { results } from './results.svelte';
import { isWholeWithin, type Typed } from './bounds';
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
export const kMostAsked = 100;
const kPatience = 30_000;

/** What the simulator shows: a history, what is asked for, and the answer. */
class Simulation {
  user = $state('');
  /** Newest first. */
  history = $state.raw<HistoryItem[]>([]);
  /** The history is no longer what is stored for the user. */
  edited = $state(false);
  limited = $state(false);
  k = $state<Typed>(10);
  /** Wishes of the user who is shown: see #turnTo(). */
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
  #chosen = 0;
  #again: () => Promise<void> = () => this.ask();
  #wishes = new Map<string, Pick<Simulation, 'categories' | 'excluded'>>();

  /** Whether it can be asked: `k` may be anything that was typed. */
  get valid(): boolean {
    return isWholeWithin(this.k, 1, kMostAsked);
  }

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

  /** Shows the user's history, and asks. */
  async chooseUser(user: string) {
    const turn = ++this.#chosen;
    await this.begin(
      () => this.chooseUser(user),
      async () => {
        const { history } = await api.history(user, kShown);
        if (turn !== this.#chosen) return; // another one was chosen meanwhile
        this.#turnTo(user);
        this.history = history.map(({ item, title }) => this.#entry(item, title));
        this.edited = false;
        this.limited = history.length === kShown;
        this.#forget();
        await this.ask();
      },
      () => turn === this.#chosen,
    );
  }

  /** Shows these items, oldest first, and asks. */
  async setHistory(items: string[]) {
    const turn = ++this.#chosen;
    await this.begin(
      () => this.setHistory(items),
      async () => {
        const titles = await Promise.all(items.map((item) => api.item(item).catch(titleless)));
        if (turn !== this.#chosen) return;
        this.#turnTo('');
        this.history = items.map((item, n) => this.#entry(item, titles[n]?.title)).reverse();
        this.edited = true;
        this.limited = false;
        this.#forget();
        await this.ask();
      },
      () => turn === this.#chosen,
    );
  }

  clear() {
    this.#chosen += 1;
    this.#turnTo('');
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
    if (!this.valid) return;
    const turn = ++this.#asked;
    this.asking = true;
    await this.begin(() => this.ask(), async () => {
      const abort = new AbortController();
      const patience = setTimeout(() => abort.abort(), kPatience);
      try {
        const sent = performance.now();
        const { id } = await api.ask({
          ...this.question,
          k: this.k ?? 10,
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
        this.error = null;
      } finally {
        clearTimeout(patience);
        abort.abort();
      }
    }, () => turn === this.#asked);
    if (turn === this.#asked) this.asking = false;
  }

  /** The user did as recommended: it is stored (or, for an own history, added), and asked again. */
  async happened(item: string, title: string, event = eventId()) {
    const recommendation = this.answer?.id ?? '';
    await this.begin(() => this.happened(item, title, event), async () => {
      if (this.user && !this.edited) {
        await api.happened(event, this.user, item, recommendation);
        this.history = [this.#entry(item, title), ...this.history].slice(0, kShown);
      } else {
        this.add(item, title);
      }
      await this.ask();
    });
  }

  /** Does again what failed. */
  async again() {
    await this.#again();
  }

  /**
   * Does `work`, and notes its error if it fails with one: it is shown until an answer or a history has come. `again`
   * does the same once more. What fails when it is no longer `wanted` is not told.
   */
  async begin(again: () => Promise<void>, work: () => Promise<void>, wanted = () => true) {
    this.#again = again;
    try {
      await work();
    } catch (error) {
      const known = error instanceof DOMException ? new ApiError(504, '') : error;
      if (!(known instanceof ApiError)) throw error;
      if (wanted()) this.error = known;
    }
  }

  /** Category and exclusions belong to a user: they don't filter the next one's answers, and are back with the user. */
  #turnTo(user: string) {
    const { categories, excluded } = this;
    this.#wishes.set(this.user, { categories, excluded });
    const own = user === '' ? undefined : this.#wishes.get(user);
    this.categories = own?.categories ?? [];
    this.excluded = own?.excluded ?? [];
    this.user = user;
  }

  #entry(item: string, title: string | undefined): HistoryItem {
    return { key: ++this.#key, item, title: title || item };
  }

  #edit(history: HistoryItem[]) {
    this.history = history;
    this.edited = true;
  }

  #forget() {
    this.error = null;
    this.answer = null;
    this.clocked = null;
    this.moves = null;
    this.#asked += 1;
    this.asking = false;
  }
}

/** Sent again, an event with the same id is stored once. */
function eventId(): string {
  return `page-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

/** An item that the catalogue doesn't list is shown by its id. */
function titleless(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
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
