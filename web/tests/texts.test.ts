import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/en';
import { ru } from '../src/i18n/ru';

function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${key}`));
}

describe('texts', () => {
  const russian = new Map(leaves(ru));
  for (const [path, text] of leaves(en)) {
    it(`has a Russian one for ${path}`, () => {
      const other = russian.get(path);
      expect(typeof other).toBe(typeof text);
      if (typeof text === 'string') expect((other as string).length).toBeGreaterThan(0);
      if (typeof text === 'function') expect((other as (n: number, m: number) => string)(2, 5)).toMatch(/\d/);
    });
  }
});
