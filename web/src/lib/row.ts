import type { Schemas } from '../api/client';

/** A result, as the table of all of them shows it. */
export interface Row {
  id: string;
  user: string;
  first: string;
  source: string;
  status: string;
  version: string;
  took: number;
  at: number;
  search: string;
}

export function toRow({ received, result }: Schemas['StreamedResult']): Row {
  const first = result.items?.[0];
  const row = {
    id: result.id,
    user: result.user ?? '',
    first: first ? (first.title ?? first.item) : '',
    source: result.source ?? '',
    status: result.status,
    version: result.model ?? '',
    took: Math.max(0, Date.parse(received) - Date.parse(result.created ?? received)),
    at: Date.parse(received),
  };
  return { ...row, search: `${row.id}\n${row.user}\n${row.first}\n${row.source}\n${row.version}\n${row.status}`.toLowerCase() };
}
