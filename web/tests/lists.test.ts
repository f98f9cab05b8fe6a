import { describe, expect, it } from 'vitest';
import { moved, moves } from '../src/lib/ranks';
import { Recent } from '../src/lib/recent';
import { quantile, Seconds } from '../src/lib/seconds';
import { fromHash, kMostShared, toHash } from '../src/lib/share';
import { score, shortVersion, signed } from '../src/lib/format';
import { measured, measuredWords, metric, withRun } from '../src/lib/versions';
import { isWholeWithin } from '../src/lib/bounds';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';
import { toRow } from '../src/lib/row';

describe('ranks', () => {
  it('counts places gained and lost', () => {
    expect(moves(['b', 'a', 'c', 'x'], ['a', 'b', 'c'])).toEqual([1, -1, 0, null]);
  });
  it('moves an element', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a'], 5, 0)).toEqual(['a']);
  });
});

describe('Recent', () => {
  it('forgets the oldest and keeps the first of two', () => {
    const recent = new Recent<number>(2);
    expect(recent.add('a', 1)).toBe(true);
    expect(recent.add('a', 2)).toBe(false);
    expect(recent.get('a')).toBe(1);
    recent.add('b', 3);
    recent.add('c', 4);
    expect(recent.size).toBe(2);
    expect(recent.get('a')).toBeUndefined();
  });
});

describe('Seconds', () => {
  it('has a row for each of the last sixty', () => {
    const seconds = new Seconds();
    seconds.add(1_000_500, 10);
    seconds.add(1_000_900, 30);
    seconds.add(1_002_000, 5);
    const rows = seconds.rows(1_003_000);
    expect(rows).toHaveLength(60);
    expect(rows.slice(-3)).toEqual([
      { second: 1000, count: 2, p50: 10, p95: 30 },
      { second: 1001, count: 0, p50: null, p95: null },
      { second: 1002, count: 1, p50: 5, p95: 5 },
    ]);
  });
  it('stays small, whatever comes', () => {
    const seconds = new Seconds();
    for (let n = 0; n < 200_000; n += 1) seconds.add(n, n % 100);
    expect(JSON.stringify(seconds.rows(200_000)).length).toBeLessThan(10_000);
    expect(seconds.rows(200_000).every(({ count }) => count === 1000)).toBe(true);
  });
  it('finds quantiles', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2);
    expect(quantile([1, 2, 3, 4], 0.95)).toBe(4);
    expect(quantile([], 0.5)).toBeNull();
  });
});

describe('share links', () => {
  it('read back, whatever the ids are', () => {
    for (const place of [
      { view: 'simulator' as const, history: ['a&b', 'c=d', 'ключ', '#/?', ' '] },
      { view: 'simulator' as const, user: 'u/1 2' },
      { view: 'live' as const },
    ]) {
      expect(fromHash(toHash(place))).toEqual(place);
    }
  });
  it('take what they can of anything else', () => {
    expect(fromHash('')).toEqual({ view: 'simulator' });
    expect(fromHash('#/nowhere?user=')).toEqual({ view: 'simulator' });
  });
  it('are bounded', () => {
    const history = Array.from({ length: 2 * kMostShared }, (_, n) => `${n}`);
    expect(fromHash(toHash({ view: 'simulator', history })).history).toHaveLength(kMostShared);
  });
});

describe('numbers', () => {
  it('are written as people read them', () => {
    expect(signed(0.5)).toBe('+0.50');
    expect(signed(-0.5)).toBe('−0.50');
    expect(signed(-0.001)).toBe('0.00');
    expect(score(12345.6)).toBe('12346');
    expect(shortVersion('20261122T153000Z-000007')).toBe('#7 · 11-22 15:30');
    expect(shortVersion('other')).toBe('other');
  });
});

describe('models', () => {
  it('finds a metric where it is', () => {
    expect(metric({ test: { 'ndcg@10': 0.5 }, validation: { 'ndcg@10': 0.4 } }, 'ndcg@10')).toBe(0.5);
    expect(metric({ validation: { 'ndcg@10': 0.4 } }, 'ndcg@10')).toBe(0.4);
    expect(metric({}, 'ndcg@10')).toBeNull();
  });
  it('takes all numbers of a version from one protocol', () => {
    expect(metric({ test: { 'hr@10': 0.5 }, validation: { 'ndcg@10': 0.4 } }, 'ndcg@10')).toBeNull();
  });
  it('says what was measured, so that no two protocols look alike', () => {
    const versions = [
      { test: { protocol: 'leave-one-out', negatives: 'all', 'ndcg@10': 0.1 } },
      { test: { protocol: 'leave-one-out', negatives: 100, 'ndcg@10': 0.1 } },
      { test: { protocol: 'time-split', negatives: 'all', 'ndcg@10': 0.1 } },
      { validation: { 'ndcg@10': 0.1 } },
    ];
    for (const { models } of [en, ru]) {
      const words = versions.map((metrics) => measuredWords(measured(metrics)!, models));
      expect(new Set(words).size).toBe(versions.length);
      expect(words[1]).toContain('100');
    }
    expect(measuredWords(measured(versions[0]!)!, en.models)).toBe('each user’s last item, among the whole catalogue');
    expect(measuredWords(measured({ test: { protocol: 'time-split', negatives: 'all', cases: 671, 'hr@10': 1 } })!, ru.models)).toBe('самые новые события, среди всего каталога (671 случай)');
    expect(measured({})).toBeNull();
    expect(measured({ test: { protocol: 'of tomorrow', 'hr@10': 1 } })).toEqual({ part: 'test', protocol: 'of tomorrow', negatives: 'all', cases: null });
  });
  it('replaces a run, or puts it in front', () => {
    const run = (id: string, state: string) => ({ id, state, created: '' });
    expect(withRun([run('a', 'queued')], run('a', 'training'))).toEqual([run('a', 'training')]);
    expect(withRun([run('a', 'done')], run('b', 'queued')).map(({ id }) => id)).toEqual(['b', 'a']);
  });
});

describe('a number that is typed', () => {
  it('is whole and within its bounds, or it is not taken', () => {
    for (const value of [1, 50, 100]) expect(isWholeWithin(value, 1, 100)).toBe(true);
    for (const value of [0, 101, -5, 2.5, NaN, Infinity, null, undefined]) expect(isWholeWithin(value, 1, 100)).toBe(false);
  });
});

describe('rows', () => {
  it('say how long it took, never less than nothing', () => {
    const result = { id: 'r', status: 'done' as const, created: '2026-11-22T15:30:01Z', items: [{ item: 'i', score: 1, title: 'T' }] };
    expect(toRow({ received: '2026-11-22T15:30:01.250Z', result })).toMatchObject({ took: 250, first: 'T', user: '' });
    expect(toRow({ received: '2026-11-22T15:30:00Z', result }).took).toBe(0);
  });
});
