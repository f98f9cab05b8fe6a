import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { gateWords } from '../src/lib/gate';

const gate = (code: string | undefined, more: object = {}) => ({
  gate: { passed: false, code, reason: 'as the service says it', cases: 151, candidate: 0.0361, popularity: 0.0192, serving: 0.0501, compared_with: 'serving', ...more },
});
const english = (code: string, more = {}) => gateWords(gate(code, more), en.models.gate);
const russian = (code: string, more = {}) => gateWords(gate(code, more), ru.models.gate);

describe('the verdict of the gate', () => {
  it('has the numbers that decided', () => {
    expect(english('worse')).toBe('NDCG@10 0.0361 on 151 cases: worse than the serving model (0.0501).');
    expect(english('better')).toBe('NDCG@10 0.0361 on 151 cases: better than the serving model (0.0501) and than popularity (0.0192).');
    expect(english('below-popularity')).toBe('NDCG@10 0.0361 on 151 cases: not better than popularity alone (0.0192).');
    expect(english('too-few-cases', { cases: 1 })).toContain('Only 1 case to judge by');
    expect(russian('worse')).toBe('NDCG@10 0.0361 на 151 случае: хуже, чем текущая модель (0.0501).');
    expect(russian('too-few-cases')).toContain('всего 151');
  });

  it('says whom it was compared with', () => {
    expect(english('worse', { compared_with: 'twin' })).toContain('a twin of the serving model that has not seen these cases (0.0501)');
    expect(russian('not-worse', { compared_with: 'twin' })).toContain('двойник текущей модели');
  });

  it('has its own words for every code, in both languages', () => {
    const codes = ['better', 'not-worse', 'no-rival', 'popularity-only', 'below-popularity', 'worse', 'too-few-cases'];
    for (const words of [english, russian]) {
      const said = codes.map((code) => words(code));
      expect(new Set(said).size).toBe(codes.length);
      for (const text of said) {
        expect(text).toMatch(/0\.0361|151/);
        expect(text).not.toContain('as the service says it');
      }
    }
  });

  it('is the service’s own where there is no code, or an unknown one', () => {
    expect(gateWords(gate(undefined), en.models.gate)).toBe('as the service says it');
    expect(gateWords(gate('a-later-one'), ru.models.gate)).toBe('as the service says it');
    expect(gateWords({}, en.models.gate)).toBeNull();
    expect(gateWords(undefined, en.models.gate)).toBeNull();
  });
});
