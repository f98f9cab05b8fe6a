import { authorization, type Schemas } from '../api/client';
import { settings } from './settings.svelte';
import { EventParser, type ServerEvent } from './sse';
import type { TrainingRun } from './versions';

export type StreamedResult = Schemas['StreamedResult'];

export interface Listener {
  /** `arrived`: on the page's clock, as performance.now() gives it. */
  result?(event: StreamedResult, arrived: number): void;
  model?(event: Schemas['StreamedModel']): void;
  training?(run: TrainingRun): void;
  skipped?(count: number): void;
}

const kSilence = 40_000; // the server says something every 15 seconds
const kAgain = 1_000;
const kDenied = 10_000; // somebody may give the key its scope

/** GET /v1/stream, read for as long as the page lives. By fetch: an EventSource can't send the key in a header. */
class Stream {
  /** `denied`: it wants a key; `refused`: it doesn't know the one it got; `forbidden`: that one lacks the scope read. */
  status = $state<'connecting' | 'live' | 'waiting' | 'denied' | 'refused' | 'forbidden'>('connecting');
  #listeners = new Set<Listener>();
  #lastId = '';
  #abort: AbortController | null = null;
  #started = false;

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start() {
    if (this.#started) return;
    this.#started = true;
    void this.#run();
  }

  /** Starts over at once: the key has changed, or somebody doesn't want to wait. */
  again() {
    this.#abort?.abort();
  }

  get denied(): boolean {
    return this.status === 'denied' || this.status === 'refused' || this.status === 'forbidden';
  }

  async #run() {
    for (;;) {
      const abort = (this.#abort = new AbortController());
      const key = settings.key;
      try {
        await this.#read(abort);
      } catch {
        if (!this.denied && key === settings.key) this.status = 'waiting';
      }
      if (key === settings.key) await pause(this.denied ? kDenied : kAgain, abort.signal);
    }
  }

  async #read(abort: AbortController) {
    const headers = authorization();
    if (this.#lastId) headers['Last-Event-ID'] = this.#lastId;
    let watch = setTimeout(() => abort.abort(), kSilence);
    try {
      const response = await fetch('/v1/stream', { headers, signal: abort.signal, cache: 'no-store' });
      if (response.status === 401 || response.status === 403) {
        this.status = !headers['Authorization'] ? 'denied' : response.status === 403 ? 'forbidden' : 'refused';
        throw new Error('denied');
      }
      if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      for (;;) {
        clearTimeout(watch);
        watch = setTimeout(() => abort.abort(), kSilence);
        const { value, done } = await reader.read();
        if (done) return;
        const arrived = performance.now();
        for (const event of parser.push(value)) this.#tell(event, arrived);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  #tell(event: ServerEvent, arrived: number) {
    if (event.id) this.#lastId = event.id;
    const data: unknown = JSON.parse(event.data);
    if (event.name === 'open') this.status = 'live';
    for (const listener of this.#listeners) {
      if (event.name === 'result') listener.result?.(data as StreamedResult, arrived);
      else if (event.name === 'model') listener.model?.(data as Schemas['StreamedModel']);
      else if (event.name === 'training') listener.training?.(data as TrainingRun);
      else if (event.name === 'skipped') listener.skipped?.((data as { count: number }).count);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export const stream = new Stream();
