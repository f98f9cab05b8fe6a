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

/** A measure on the test events, or else on the validation events: metrics.json's "test" and "validation". */
export function metric(metrics: Record<string, unknown>, name: string): number | null {
  for (const part of ['test', 'validation']) {
    const values = metrics[part] as Record<string, unknown> | undefined;
    const value = values?.[name];
    if (typeof value === 'number') return value;
  }
  return null;
}
