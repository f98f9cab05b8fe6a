import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

// What tests of the page do and look at again and again.

export const ranked = (page: Page) => page.locator('.answer .ranked:not(.skeleton) > li');
export const history = (page: Page) => page.locator('ol.history > li .title');

export async function answered(page: Page) {
  await page.locator('.answer[aria-busy="false"] .ranked:not(.skeleton) > li').first().waitFor();
}

/** No violation of WCAG 2.2 AA. */
export async function clean(page: Page) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}

/** The page is no wider than the screen, and no heading, link or button has more text than it shows. */
export async function fits(page: Page, width: number) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('h1, h2, h3, th, td:has(.badge), nav a, button, .badge, .tile span, .tile strong, label, .hint, figcaption, small, header select')]
      .filter((element) => element.checkVisibility() && !element.classList.contains('hidden') && !element.querySelector('.hidden'))
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
      .map((element) => `${element.tagName} ${element.className}: ${element.textContent}`),
  );
  expect(cut).toEqual([]);
}
