import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, Service } from './service';
import { answered } from './steps';

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

  it('ends the load when its view or its tab is left', () =>
    withPage('/', async (page) => {
      await answered(page);
      let batches = 0;
      page.on('request', (request) => (batches += request.url().endsWith('/batch') ? 1 : 0));
      const loaded = async () => {
        await page.getByRole('link', { name: 'Live' }).click();
        const slider = page.getByRole('slider', { name: 'Load' });
        await slider.focus();
        const before = batches;
        for (let n = 0; n < 10; n += 1) await page.keyboard.press('ArrowRight');
        await expect.poll(() => batches).toBeGreaterThan(before + 2);
        return slider;
      };
      /** How many timers' ticks of ten seconds still send. */
      const sent = async () => {
        const before = batches;
        await page.clock.runFor(10_000);
        return batches - before;
      };
      let slider = await loaded();
      await page.clock.install();
      await page.getByRole('link', { name: 'Models' }).click();
      await page.getByRole('heading', { name: 'Versions', exact: true }).waitFor();
      expect(await sent()).toBe(0);
      await page.getByRole('link', { name: 'Live' }).click();
      await page.getByText('The load ended when you left').waitFor();
      expect(await slider.inputValue()).toBe('0');

      await page.clock.resume();
      slider = await loaded();
      await page.evaluate(() => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await page.getByText('The load ended when you left').waitFor();
      expect(await slider.inputValue()).toBe('0');
      expect(await sent()).toBe(0);
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

      // Numbers of different protocols stand in one column only with their names.
      const how = page.locator('td.how');
      await expect.poll(() => how.count()).toBe(3);
      expect((await how.allTextContents()).slice(1)).toEqual([
        expect.stringMatching(/^the newest events, among the whole catalogue \(\d+ cases\)$/),
        expect.stringMatching(/^each user’s last item, among the whole catalogue \(80 cases\)$/),
      ]);
      await page.getByText('Compare numbers only where “Measured on” is the same').waitFor();
      // A state is never the service's own word, and the verdict stands with the version and with its training.
      expect(await page.locator('section:has(table) td .badge').allTextContents()).not.toContain('ready');
      await expect.poll(async () => (await run.locator('small').textContent()) ?? '').toMatch(/\d/);
      expect(await page.locator('section:has(table) .reason').first().textContent()).toBe(await run.locator('small').textContent());
    }), 90_000);
});
