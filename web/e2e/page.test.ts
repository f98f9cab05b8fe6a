import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, Service } from './service';

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

const ranked = (page: Page) => page.locator('.answer .ranked:not(.skeleton) > li');
const history = (page: Page) => page.locator('ol.history > li .title');

async function answered(page: Page) {
  await page.locator('.answer[aria-busy="false"] .ranked:not(.skeleton) > li').first().waitFor();
}

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

  it('says what to do when the service is away, and goes on when it is back', async () => {
    const { page } = await open(browser, service.url);
    await answered(page);
    await service.stop();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByRole('alert').getByText('can’t be reached').waitFor();
    await page.getByText('Reconnecting').waitFor();
    await service.start();
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await answered(page);
    await page.context().close();
  });
});

describe('live', () => {
  it('shows all results as they arrive, pauses and filters', () =>
    withPage('/#/live', async (page) => {
      await page.getByText('Nothing has arrived yet').waitFor();
      await service.json('/v1/recommendations/batch', { requests: [{ user: 'user1' }, { user: 'user2' }, { user: 'nobody' }] });
      const rows = page.locator('table.rows tbody tr');
      await expect.poll(() => rows.count()).toBe(3);
      await page.getByLabel('Filter by').fill('nobody');
      await expect.poll(() => rows.count()).toBe(1);
      expect(await rows.first().textContent()).toContain('popular');
      await page.getByLabel('Filter by').fill('');
      await page.getByRole('button', { name: 'Pause' }).click();
      await service.json('/v1/recommendations', { user: 'user3' });
      await page.getByText('Paused; 1 more').waitFor();
      expect(await rows.count()).toBe(3);
      await page.getByRole('button', { name: 'Go on' }).click();
      await expect.poll(() => rows.count()).toBe(4);
      expect(await page.locator('.plot canvas').count()).toBe(2);
    }));

  it('puts load on the real path', () =>
    withPage('/#/live', async (page) => {
      const slider = page.getByRole('slider', { name: 'Load' });
      await slider.focus();
      for (let n = 0; n < 10; n += 1) await page.keyboard.press('ArrowRight');
      await page.getByText('100 per second').waitFor();
      await expect.poll(async () => Number(await page.locator('[data-total]').getAttribute('data-total')), { timeout: 20_000 }).toBeGreaterThan(150);
      await page.keyboard.press('Home');
      await page.getByText('off', { exact: true }).waitFor();
    }));

  it('loses and doubles nothing when the service is restarted in the midst', () =>
    restarted('SIGTERM'));
  it('nor when it is killed', () => restarted('SIGKILL'));

  /** Asks all the time, restarts the service, and compares what the page has with what the database has. */
  async function restarted(signal: NodeJS.Signals) {
    const { page } = await open(browser, `${service.url}/#/live`);
    await page.getByText('Live', { exact: true }).first().waitFor();
    const accepted: string[] = [];
    let going = true;
    const asking = (async () => {
      while (going) {
        try {
          const { results } = await service.json<{ results: { id: string }[] }>('/v1/recommendations/batch', {
            requests: Array.from({ length: 5 }, (_, n) => ({ user: `user${n + 1}` })),
          });
          accepted.push(...results.map(({ id }) => id));
        } catch {
          // it is away
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await expect.poll(() => accepted.length).toBeGreaterThan(100);
    await service.stop(signal);
    await service.start();
    const before = accepted.length;
    await expect.poll(() => accepted.length).toBeGreaterThan(before + 100);
    going = false;
    await asking;
    // Each once, those around the restart above all. What was on its way when the service went is taken up again by the
    // sweeper after some seconds.
    const rows = page.locator('table.rows tbody tr');
    for (const id of accepted.slice(Math.max(0, before - 25), before + 25)) {
      await page.getByLabel('Filter by').fill(id);
      await expect.poll(() => rows.evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset['id'])), { interval: 20, timeout: 30_000 }).toEqual([id]);
    }
    const seen = Number(await page.locator('[data-total]').getAttribute('data-total'));
    expect(seen).toBeGreaterThanOrEqual(accepted.length);
    await page.context().close();
  }
});

describe('models', () => {
  it('compares two versions on the same history', () =>
    withPage('/', async (page) => {
      await answered(page);
      await page.getByRole('link', { name: 'Models' }).click();
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.locator('.compare li').first().waitFor();
      expect(await page.locator('.compare > div').count()).toBe(2);
      expect(await page.locator('.compare li').count()).toBe(20);
      expect(await page.locator('.compare .move').count()).toBe(20);
      await page.getByText(/\d+ of 10 items are in both/).waitFor();
    }));

  it('goes back to an older version and trains a new one', () =>
    withPage('/', async (page) => {
      page.on('dialog', (dialog) => void dialog.accept());
      const active = async () => (await service.json<{ active: string }>('/v1/models')).active;
      const [older, newer] = service.versions;
      expect(await active()).toBe(newer);
      await page.getByRole('link', { name: 'Models' }).click();
      await page.getByRole('button', { name: `Activate ${older}` }).click();
      await expect.poll(active).toBe(older);
      await page.getByRole('button', { name: `Activate ${newer}` }).waitFor();

      await page.getByRole('button', { name: 'Train now' }).click();
      const run = page.locator('.runs li').first();
      const seen = new Set<string>();
      await expect
        .poll(async () => {
          seen.add((await run.locator('.badge').textContent()) ?? '');
          return [...seen].some((state) => ['promoted', 'rejected'].includes(state));
        }, { timeout: 60_000, interval: 20 })
        .toBe(true);
      await page.getByRole('button', { name: 'Train now' }).and(page.locator(':enabled')).waitFor();
      expect(service.versions.length).toBe(3);
    }), 90_000);
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

  for (const width of [320, 390]) {
    it(`fits a width of ${width}`, () =>
      withPage('/', async (page) => {
        await answered(page);
        for (const view of ['Live', 'Models', 'Simulator']) {
          await page.getByRole('link', { name: view }).click();
          await page.locator('.panel').first().waitFor();
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        }
      }, { viewport: { width, height: 800 } }));
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

// The last: once there are keys, there is no way back.
describe('with keys', () => {
  it('asks for one, and keeps it out of addresses', async () => {
    const key = service.makeKey('page', 'read,predict,ingest');
    await expect.poll(async () => (await fetch(`${service.url}/v1/users`)).status, { timeout: 20_000 }).toBe(401);
    const { page } = await open(browser, 'about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(service.url);
    await page.getByText('Key needed').waitFor();
    await page.getByRole('button', { name: 'Enter a key' }).click();
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('Live', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Random user' }).click();
    await answered(page);
    expect(asked.filter((url) => url.includes(key))).toEqual([]);
    await page.context().close();
  });
});

async function clean(page: Page) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
