export const views = ['simulator', 'live', 'models'] as const;
export type View = (typeof views)[number];

/** What the address says: a view, and for the simulator a user or a history. It stands after the #: no server sees it. */
export interface Place {
  view: View;
  user?: string;
  history?: string[];
}

export const kMostShared = 200;

export function toHash({ view, user, history }: Place): string {
  const parameters = new URLSearchParams();
  if (user) parameters.set('user', user);
  for (const item of history?.slice(0, kMostShared) ?? []) parameters.append('item', item);
  const query = parameters.toString();
  return `#/${view}${query ? `?${query}` : ''}`;
}

export function fromHash(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const view = views.find((one) => one === path) ?? 'simulator';
  const parameters = new URLSearchParams(query);
  const user = parameters.get('user');
  const history = parameters.getAll('item').filter(Boolean).slice(0, kMostShared);
  return { view, ...(user ? { user } : {}), ...(history.length ? { history } : {}) };
}
