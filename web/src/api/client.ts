import type { components } from './schema';
import { settings } from '../lib/settings.svelte';

export type Schemas = components['schemas'];
export type Recommendation = Schemas['Recommendation'];
export type RecommendationRequest = Schemas['RecommendationRequest'];
export type CatalogueItem = Schemas['CatalogueItem'];
export type Explanation = Schemas['Explanation'];
export type VersionAnswer = Schemas['VersionAnswer'];
export type Problem = Schemas['Problem'];

/** Why a request got no answer. Status 0: the service could not be reached. */
export class ApiError extends Error {
  /** The key that was sent. */
  readonly key = settings.key;

  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** The key is missing, unknown, or lacks a scope. */
  get denied(): boolean {
    return this.status === 401 || this.status === 403;
  }

  /** The same may succeed later, with nothing changed: the service is away, or isn't ready. */
  get passing(): boolean {
    return this.status === 0 || this.status === 503;
  }
}

export function authorization(): Record<string, string> {
  return settings.key ? { Authorization: `Bearer ${settings.key}` } : {};
}

interface Options {
  method?: string;
  body?: unknown;
  prefer?: string;
  signal?: AbortSignal;
}

/** The answer's body. Throws an ApiError, also if the connection fails. */
export async function call<T>(path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = authorization();
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.prefer) headers['Prefer'] = options.prefer;
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
      headers,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, '');
  }
  if (!response.ok) throw await toError(response);
  return (await response.json()) as T;
}

async function toError(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(response.status, problem.detail, retryAfter);
  } catch {
    return new ApiError(response.status, response.statusText, retryAfter);
  }
}

/** Whether the service takes `key`, which may lack scopes. Throws an ApiError if that can't be told. */
export async function isKnownKey(key: string): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch('/v1/users?limit=1', { headers: { Authorization: `Bearer ${key}` }, cache: 'no-store' });
  } catch {
    throw new ApiError(0, '');
  }
  if (response.status >= 500) throw await toError(response);
  return response.status !== 401;
}

const segment = encodeURIComponent;

export const api = {
  users: (query = '', after = '', limit = 20) =>
    call<Schemas['Users']>(`/v1/users?limit=${limit}&query=${segment(query)}&after=${segment(after)}`),
  history: (user: string, limit: number) =>
    call<Schemas['UserHistory']>(`/v1/users/${segment(user)}/history?limit=${limit}`),
  items: (query: string, limit = 8, signal?: AbortSignal) =>
    call<Schemas['FoundItems']>(`/v1/items?limit=${limit}&query=${segment(query)}`, signal ? { signal } : {}),
  categories: () => call<Schemas['Categories']>('/v1/categories'),
  item: (id: string) => call<CatalogueItem>(`/v1/items/${segment(id)}`),
  ask: (request: RecommendationRequest) => call<Recommendation>('/v1/recommendations', { body: request }),
  askMany: (requests: RecommendationRequest[]) =>
    call<Schemas['BatchOutcome']>('/v1/recommendations/batch', { body: { requests } }),
  result: (id: string, wait: number, signal: AbortSignal) =>
    call<Recommendation>(`/v1/recommendations/${id}`, { prefer: `wait=${wait}`, signal }),
  happened: (id: string, user: string, item: string, recommendation: string) =>
    call<Schemas['AddedInteractions']>('/v1/interactions', { body: { interactions: [{ id, user, item, recommendation }] } }),
  askVersion: (version: string, request: RecommendationRequest) =>
    call<VersionAnswer>(`/v1/models/${segment(version)}/recommendations`, { body: request }),
};
