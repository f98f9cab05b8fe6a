import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../docs/api/yaml.js';
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

  it('never say where on the page something stands: it is elsewhere on a phone', () => {
    for (const [path, text] of [...leaves(en), ...leaves(ru)]) {
      if (typeof text === 'string') expect(text, path).not.toMatch(/\b(above|below)\b|(?<![а-яё])(выше|ниже|сверху|снизу)(?![а-яё])/i);
    }
  });

  it('have words for all that the service may say', () => {
    const spec = parseYaml(readFileSync(new URL('../../docs/openapi.yaml', import.meta.url), 'utf8')) as object;
    const enums = leaves(spec).filter(([path]) => /\/enum\/\d+$/.test(path)).map(([path, value]) => [path.replace(/\/\d+$/, ''), value] as const);
    /** All values beside `value` in an enum of openapi.yaml. */
    const beside = (value: string) => {
      const places = new Set(enums.filter(([, one]) => one === value).map(([path]) => path));
      expect(places.size, value).toBeGreaterThan(0);
      return enums.filter(([path]) => places.has(path)).map(([, one]) => one as string);
    };
    for (const { models, live, error } of [en, ru]) {
      for (const state of beside('quarantined')) expect(models.states, state).toHaveProperty(state);
      for (const state of beside('promoted')) expect(models.runStates, state).toHaveProperty(state);
      for (const source of beside('popular')) expect(live.sources, source).toHaveProperty(source);
      for (const part of ['database', 'bus', 'catalogue', 'popular', 'model']) expect(error.parts, part).toHaveProperty(part);
    }
  });
});
