/** What GET /v1/models and its neighbours answer. */
export interface ModelVersion {
  version: string;
  state: string;
  created: string;
  metrics: Record<string, unknown>;
  reason?: string | null;
  served_by?: { worker: string; since: string }[];
}

export interface TrainingRun {
  id: string;
  state: string;
  created: string;
  started?: string | null;
  finished?: string | null;
  epoch?: number | null;
  epochs?: number | null;
  loss?: number | null;
  ndcg?: number | null;
  seconds_left?: number | null;
  version?: string | null;
  reason?: string | null;
}

const kFinal = new Set(['done', 'promoted', 'rejected', 'failed']);

export function isRunning(run: TrainingRun): boolean {
  return !kFinal.has(run.state);
}

/** The run in place of the one of its id, or in front. */
export function withRun(runs: TrainingRun[], run: TrainingRun): TrainingRun[] {
  const known = runs.some((one) => one.id === run.id);
  return known ? runs.map((one) => (one.id === run.id ? run : one)) : [run, ...runs];
}

/** A number in the metrics, wherever it is nested: the first of the names that is there. */
export function metric(metrics: Record<string, unknown>, ...names: string[]): number | null {
  for (const name of names) {
    const found = find(metrics, name);
    if (found !== null) return found;
  }
  return null;
}

function find(value: unknown, name: string): number | null {
  if (typeof value !== 'object' || value === null) return null;
  const object = value as Record<string, unknown>;
  const own = object[name];
  if (typeof own === 'number') return own;
  for (const key of ['test', 'model', 'validation', 'metrics']) {
    const found = find(object[key], name);
    if (found !== null) return found;
  }
  return null;
}
