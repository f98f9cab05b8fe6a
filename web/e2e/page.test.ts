import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, Service } from './service';
import { answered, clean, fits, history, ranked } from './steps';

const service = new Service();
let browser: Browser;

beforeAll(async () => {
  await service.prepare();
  await service.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await service.remove();
});

async function withPage(path: string, work: (page: Page) => Promise<void>, options = {}) {
  const { page, errors } = await open(browser, service.url + path, options);
  await work(page);
  expect(errors).toEqual([]);
  await page.context().close();
}

/** Puts an item that is found by a search in front of the history. */
async function add(page: Page, query: string) {
  await page.getByRole('combobox', { name: 'Add an item' }).fill(query);
  await page.locator('.search [role=option]').first().waitFor();
  await page.getByRole('combobox', { name: 'Add an item' }).press('Enter');
}

describe('simulator', () => {
  it('shows a user and an answer from the first moment', () =>
    withPage('/', async (page) => {
      await answered(page);
      expect(await ranked(page).count()).toBe(10);
      expect(await page.locator('.answer .badge').first().textContent()).toBe('by the model');
      expect(await history(page).count()).toBe(12);
      await page.getByText('Live', { exact: true }).first().waitFor();
    }));

  it('finds a user by the beginning of the id', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.getByRole('combobox', { name: 'User' }).fill('user7');
      await page.getByRole('option', { name: 'user77' }).click();
      await page.getByRole('heading', { name: 'History of user user77' }).waitFor();
      expect(page.url()).toContain('user=user77');
    }));

  it('builds a history with a typo, reorders, removes, and asks', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.getByRole('button', { name: 'Start empty' }).click();
      await add(page, 'star harbuor');
      await add(page, 'matrix');
      await add(page, 'сталкр');
      const titles = await history(page).allTextContents();
      expect(titles).toHaveLength(3);
      expect(titles[0]).toContain('Сталкер');
      expect(titles[1]).toContain('Matrix');

      // By key, by button, by dragging.
      await page.locator('ol.history > li').first().focus();
      await page.keyboard.press('Alt+ArrowDown');
      expect(await history(page).allTextContents()).toEqual([titles[1], titles[0], titles[2]]);
      await page.getByRole('button', { name: `Move up: ${titles[2]}` }).click();
      expect(await history(page).allTextContents()).toEqual([titles[1], titles[2], titles[0]]);
      await page.locator('ol.history > li').nth(2).dragTo(page.locator('ol.history > li').nth(0));
      expect(await history(page).allTextContents()).toEqual([titles[0], titles[1], titles[2]]);
      await page.getByRole('button', { name: `Remove: ${titles[1]}` }).click();
      expect(await history(page).allTextContents()).toEqual([titles[0], titles[2]]);

      await page.getByLabel('Items to return').fill('5');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      await answered(page);
      expect(await ranked(page).count()).toBe(5);
    }));

  it('keeps to exclusions and the category', () =>
    withPage('/', async (page) => {
      await answered(page);
      const first = (await ranked(page).first().locator('.title').textContent())!;
      await page.getByRole('button', { name: `Never this: ${first}` }).click();
      await page.locator('.chip').waitFor();
      await expect.poll(() => ranked(page).locator('.title').allTextContents()).not.toContain(first);
      await page.getByLabel('Only in categories').selectOption('Comedy');
      await page.getByRole('button', { name: 'Ask', exact: true }).click();
      // Odd ids are comedies.
      await expect.poll(async () => (await ranked(page).locator('.title').allTextContents()).every((title) => Number(/\d+$/.exec(title)![0]) % 2 === 1)).toBe(true);
    }));

  it('filters nobody’s answer by the wishes of another user', () =>
    withPage('/#/simulator?user=user5', async (page) => {
      await answered(page);
      const asked: { exclude?: string[]; filter?: object }[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST' && request.url().endsWith('/v1/recommendations')) asked.push(request.postDataJSON() as object);
      });
      const first = (await ranked(page).first().locator('.title').textContent())!;
      await page.getByLabel('Only in categories').selectOption('Comedy');
      await page.getByRole('button', { name: `Never this: ${first}` }).click();
      await expect.poll(() => ranked(page).locator('.title').allTextContents()).not.toContain(first);
      expect(asked.at(-1)).toMatchObject({ exclude: [expect.any(String)], filter: { categories: ['Comedy'] } });

      const choose = async (user: string) => {
        await page.getByRole('combobox', { name: 'User' }).fill(user);
        await page.getByRole('option', { name: user, exact: true }).click();
        await page.getByRole('heading', { name: `History of user ${user}`, exact: true }).waitFor();
        await answered(page);
      };
      await choose('user77');
      expect(asked.at(-1)).not.toHaveProperty('exclude');
      expect(asked.at(-1)).not.toHaveProperty('filter');
      expect(await page.locator('.chip').count()).toBe(0);
      expect(await page.getByLabel('Only in categories').inputValue()).toBe('');
      await choose('user5');
      expect(asked.at(-1)).toMatchObject({ exclude: [expect.any(String)], filter: { categories: ['Comedy'] } });
      expect(await page.getByLabel('Only in categories').inputValue()).toBe('Comedy');
      await page.getByRole('button', { name: 'Start empty' }).click();
      expect(await page.locator('.chip').count()).toBe(0);
    }));

  it('says at once why a number is not taken', () =>
    withPage('/', async (page) => {
      await answered(page);
      const count = page.getByLabel('Items to return');
      const ask = page.getByRole('button', { name: 'Ask', exact: true });
      for (const wrong of ['0', '101', '-3', '2.5', '']) {
        await count.fill(wrong);
        await page.getByRole('alert').getByText('A whole number from 1 to 100').waitFor();
        expect(await count.getAttribute('aria-invalid')).toBe('true');
        expect(await page.locator(`#${await count.getAttribute('aria-describedby')}`).textContent()).toContain('from 1 to 100');
        expect(await ask.isDisabled()).toBe(true);
      }
      await count.fill('4');
      await page.getByText('A whole number').waitFor({ state: 'detached' });
      expect(await count.getAttribute('aria-invalid')).toBe('false');
      await ask.click();
      await expect.poll(() => ranked(page).count()).toBe(4);
    }));

  it('offers the categories of the whole catalogue', async () => {
    const items = Array.from({ length: 1000 }, (_, n) => ({ id: `0${n}`, title: `Filler ${n}`, categories: ['Filler'] }));
    await service.json('/v1/items', { items: [...items.slice(1), { id: 'zz', title: 'The last one', categories: ['Zither'] }] }, 'PUT');
    await withPage('/', async (page) => {
      await answered(page);
      const names = await page.getByLabel('Only in categories').locator('option').allTextContents();
      expect(names).toEqual(['All', 'Comedy', 'Drama', 'Filler', 'Science Fiction', 'Zither']);
    });
  });

  it('says what the numbers of popular items are', () =>
    // The last test's item: in the catalogue, and unknown to the model.
    withPage('/#/simulator?item=zz', async (page) => {
      await answered(page);
      expect(await page.locator('.answer .badge').first().textContent()).toBe('popular items');
      await page.getByText('interactions in the last 30 days. It is 0').waitFor();
      for (const text of await ranked(page).locator('.score').allTextContents()) expect(text).toMatch(/^[\d,]+ \(Interactions in the last 30 days\)$/);
      await page.getByLabel('Language').selectOption('ru');
      await page.getByText('за последние 30 дней').first().waitFor();
      await page.getByLabel('Язык').selectOption('en');
    }));

  it('tells the service what happened next, and the answer follows', () =>
    withPage('/#/simulator?user=user5', async (page) => {
      await answered(page);
      const next = (await ranked(page).nth(1).locator('.title').textContent())!;
      await page.getByRole('button', { name: `This happened next: ${next}` }).click();
      await expect.poll(() => history(page).first().textContent()).toBe(next);
      await expect.poll(() => ranked(page).locator('.title').allTextContents()).not.toContain(next);
      await page.locator('.answer .move').first().waitFor();
      const stored = await service.json<{ history: { title: string }[] }>('/v1/users/user5/history?limit=1');
      expect(stored.history[0]!.title).toBe(next);
    }));

  it('shows where the time went', () =>
    withPage('/', async (page) => {
      await answered(page);
      const steps = page.locator('.waterfall li');
      expect(await steps.locator('> span:first-child').allTextContents()).toEqual(['HTTP', 'Database', 'Bus', 'Queue', 'Inference', 'Bus back', 'To the page']);
      const total = Number(/[\d.]+/.exec((await page.locator('section:has(.waterfall) small').textContent())!)![0]);
      expect(total).toBeGreaterThan(0);
      const widths = await steps.locator('.span').evaluateAll((spans) => spans.map((span) => parseFloat((span as HTMLElement).style.width)));
      expect(widths.reduce((sum, width) => sum + width, 0)).toBeCloseTo(100, 0);
    }));

  it('says why: the effect of leaving out, beside the attention', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.locator('.answer button', { hasText: 'Why' }).nth(2).click();
      const rows = page.locator('.why tbody tr');
      await rows.first().waitFor();
      expect(await rows.count()).toBe(12);
      const attention = await rows.locator('td:nth-child(3) .number').allTextContents();
      expect(attention.reduce((sum, text) => sum + parseFloat(text), 0)).toBeCloseTo(100, 0);
      const effects = await rows.locator('td:nth-child(2) .number').allTextContents();
      expect(effects.some((text) => parseFloat(text.replace('−', '-')) !== 0)).toBe(true);
    }));

  it('shares a history as a link', () =>
    withPage('/#/simulator?item=3&item=9&item=12', async (page) => {
      await answered(page);
      const titles = await history(page).allTextContents();
      expect(titles.map((title) => /\d+$/.exec(title)![0])).toEqual(['12', '9', '3']);
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByText('Link copied').waitFor();
      expect(page.url()).toContain('item=3&item=9&item=12');
    }));
});

describe('everywhere', () => {
  it('speaks Russian, remembers it, and sets the theme', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.getByLabel('Language').selectOption('ru');
      await page.getByRole('heading', { name: 'Что дальше' }).waitFor();
      expect(await page.locator('html').getAttribute('lang')).toBe('ru');
      await page.getByLabel('Оформление').selectOption('dark');
      await page.reload();
      await page.getByRole('heading', { name: 'Что дальше' }).waitFor();
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(14, 17, 22)');
    }));

  it('is usable with the keyboard alone', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
      const before = await ranked(page).first().textContent();
      await page.getByLabel('Items to return').focus();
      await page.keyboard.press('Control+A');
      await page.keyboard.type('3');
      await page.getByRole('button', { name: 'Ask', exact: true }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => ranked(page).count()).toBe(3);
      expect(before).toBeTruthy();
    }));

  for (const locale of ['en-GB', 'ru'] as const) {
    for (const width of [320, 390]) {
      it(`fits a width of ${width} in ${locale}`, () =>
        withPage('/', async (page) => {
          await answered(page);
          await page.locator('.answer button[aria-pressed]').first().click();
          await page.locator('.why tbody tr').first().waitFor();
          await fits(page, width);
          await page.locator('nav a').nth(1).click();
          await service.json('/v1/recommendations/batch', { requests: [{ user: 'user1' }, { user: 'nobody' }] });
          await page.locator('table.rows tbody tr').first().waitFor();
          await fits(page, width);
          await page.locator('nav a').nth(2).click();
          await page.locator('td.how').first().waitFor();
          await fits(page, width);
          await page.locator('button.icon').click();
          await page.locator('dialog[open]').waitFor();
          await fits(page, width);
        }, { viewport: { width, height: 800 }, locale }));
    }
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has no violation of WCAG 2.2 AA in ${colorScheme}`, async () => {
      const { page } = await open(browser, 'about:blank', { colorScheme });
      await page.goto(service.url);
      await answered(page);
      await page.locator('.answer button', { hasText: 'Why' }).first().click();
      await page.locator('.why tbody tr').first().waitFor();
      await clean(page);
      await page.getByRole('link', { name: 'Live' }).click();
      await service.json('/v1/recommendations/batch', { requests: [{ user: 'user1' }, { user: 'nobody' }] });
      await page.locator('table.rows tbody tr').first().waitFor();
      await clean(page);
      await page.getByRole('link', { name: 'Models' }).click();
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.locator('.compare li').first().waitFor();
      await clean(page);
      await page.getByRole('button', { name: 'API key' }).click();
      await clean(page);
      await page.context().close();
    });
  }
});
