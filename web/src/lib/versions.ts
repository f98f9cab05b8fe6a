import type { Texts } from '../i18n/en';

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

const kFinal = new Set(['promoted', 'rejected', 'failed']);

export function isRunning(run: TrainingRun): boolean {
  return !kFinal.has(run.state);
}

/** The run in place of the one of its id, or in front. */
export function withRun(runs: TrainingRun[], run: TrainingRun): TrainingRun[] {
  const known = runs.some((one) => one.id === run.id);
  return known ? runs.map((one) => (one.id === run.id ? run : one)) : [run, ...runs];
}

/** What a version's numbers were measured on. Numbers of different ones can't be compared. */
export interface Measured {
  part: 'test' | 'validation';
  /** "leave-one-out" or "time-split"; empty where metrics.json doesn't say. */
  protocol: string;
  /** How many items each right one was ranked among: "all", or a number of drawn ones. */
  negatives: string | number;
  /** How many right ones were looked for. */
  cases: number | null;
}

type Part = Record<string, unknown>;

/** Of metrics.json's "test", or where that is missing, of its "validation"; null without either. */
export function measured(metrics: Record<string, unknown>): Measured | null {
  for (const part of ['test', 'validation'] as const) {
    const values = metrics[part] as Part | undefined;
    if (!values || !Object.keys(values).some((name) => name.includes('@'))) continue;
    const { protocol, negatives, cases } = values;
    return {
      part,
      protocol: typeof protocol === 'string' ? protocol : '',
      negatives: typeof negatives === 'number' ? negatives : 'all',
      cases: typeof cases === 'number' ? cases : null,
    };
  }
  return null;
}

/** A number of the part that measured() names. */
export function metric(metrics: Record<string, unknown>, name: string): number | null {
  const value = (metrics[measured(metrics)?.part ?? ''] as Part | undefined)?.[name];
  return typeof value === 'number' ? value : null;
}

/** How it was measured, in words that are the same only where it was. */
export function protocolWords({ part, protocol, negatives }: Measured, t: Texts['models']): string {
  const among = typeof negatives === 'number' ? t.negatives(negatives) : t.wholeCatalogue;
  return [part === 'validation' ? t.validation : '', protocol ? (t.protocols[protocol] ?? protocol) : '', part === 'test' ? among : '']
    .filter(Boolean)
    .join(', ');
}

/** The same, and on how many cases. */
export function measuredWords(how: Measured, t: Texts['models']): string {
  const words = protocolWords(how, t);
  return how.cases === null ? words : `${words} (${t.cases(how.cases)})`;
}
