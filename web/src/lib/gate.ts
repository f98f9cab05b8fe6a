import type { Texts } from '../i18n/en';

/** metrics.json's "gate": how a trained version was judged. Numbers are NDCG@10. */
export interface Gate {
  passed: boolean;
  code?: string;
  reason?: string;
  cases?: number;
  candidate?: number;
  popularity?: number;
  serving?: number | null;
  serving_version?: string;
  compared_with?: string;
}

const ndcg = (value: number | null | undefined) => (typeof value === 'number' ? value.toFixed(4) : '–');

/** The verdict in words. Of a version without a code, or with an unknown one, the service's own reason; null without. */
export function gateWords(metrics: Record<string, unknown> | undefined, t: Texts['models']['gate']): string | null {
  const gate = metrics?.['gate'] as Gate | undefined;
  if (!gate) return null;
  const cases = gate.cases ?? 0;
  const popularity = ndcg(gate.popularity);
  const rival = (gate.compared_with === 'twin' ? t.twin : t.serving)(ndcg(gate.serving));
  const after = (verdict: string) => `${t.measured(ndcg(gate.candidate), cases)}: ${verdict}.`;
  switch (gate.code) {
    case 'better':
    case 'not-worse':
      return after(t[gate.code](rival, popularity));
    case 'no-rival':
    case 'popularity-only':
    case 'below-popularity':
      return after(t[gate.code](popularity));
    case 'worse':
      return after(t.worse(rival));
    case 'too-few-cases':
      return t.tooFew(cases);
    default:
      return gate.reason || null;
  }
}
