import { api, ApiError } from '../api/client';

const kTick = 200; // ms
const kMostTogether = 256; // of one batch
const kMostOpen = 4; // batches under way
const kUsers = 1_000;

/** Sends requests for random users at a rate, by the batch route: the real path. */
export class Load {
  rate = $state(0);
  accepted = $state(0);
  refused = $state(0);
  /** The service takes no more, or this page can't keep up. */
  behind = $state(false);
  noUsers = $state(false);
  /** It was on when its view was left, and has ended with that. */
  ended = $state(false);
  error = $state<ApiError | null>(null);
  #users: string[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #due = 0;
  #open = 0;
  #last = 0;

  async set(rate: number) {
    this.rate = rate;
    this.ended = false;
    if (rate === 0) return this.stop();
    if (this.#users.length === 0) {
      try {
        this.#users = (await api.users('', '', kUsers)).users.map(({ user }) => user);
        this.error = null;
      } catch (error) {
        this.error = error as ApiError;
        return this.stop();
      }
      this.noUsers = this.#users.length === 0;
      if (this.noUsers || this.rate === 0) return this.stop();
    }
    this.#last = performance.now();
    this.#timer ??= setInterval(() => this.#tick(), kTick);
  }

  /** Its view is left, or its tab: it ends. */
  leave() {
    if (this.rate > 0) this.ended = true;
    this.stop();
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.rate = 0;
    this.#due = 0;
    this.behind = false;
  }

  #tick() {
    const now = performance.now();
    // A tab in the background ticks seldom: what it has missed is not made up for.
    this.#due = Math.min(this.#due + (this.rate * Math.min(now - this.#last, 2 * kTick)) / 1000, 2 * kMostTogether);
    this.#last = now;
    while (this.#due >= 1) {
      if (this.#open >= kMostOpen) {
        this.behind = true;
        return;
      }
      const count = Math.min(kMostTogether, Math.floor(this.#due));
      this.#due -= count;
      void this.#send(count);
    }
    this.behind = false;
  }

  async #send(count: number) {
    this.#open += 1;
    try {
      const requests = Array.from({ length: count }, () => ({
        user: this.#users[Math.floor(Math.random() * this.#users.length)]!,
        k: 10,
        seen: 'exclude' as const,
        explain: false,
      }));
      const { results } = await api.askMany(requests);
      const refused = results.filter((result) => 'error' in result).length;
      this.accepted += count - refused;
      this.refused += refused;
      this.error = null;
    } catch (error) {
      this.refused += count;
      if (!(error instanceof ApiError)) throw error;
      this.error = error.status === 429 || error.status === 503 ? null : error;
      this.behind = true;
      if (error.status === 401 || error.status === 403) this.stop();
    } finally {
      this.#open -= 1;
    }
  }
}

export const load = new Load();
