import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, open, Service } from './service';
import { answered, clean } from './steps';

// The page of the API: /docs.

const service = new Service();
let browser: Browser;

beforeAll(async () => {
  await service.prepare([1]);
  await service.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await service.remove();
});

async function withDocs(work: (page: Page) => Promise<void>, options = {}, mayFail = /^$/) {
  const { page, errors } = await open(browser, `${service.url}/docs`, options);
  await page.locator('section').first().waitFor();
  await work(page);
  expect(errors.filter((text) => !mayFail.test(text))).toEqual([]);
  await page.context().close();
}

/** Of a route such as "GET /v1/users". */
const section = (page: Page, route: string) => page.locator('section').filter({ has: page.getByRole('heading', { name: route, exact: true }) });

it('shows every route with its scope, a curl line and a form', () =>
  withDocs(async (page) => {
    const sections = page.locator('section');
    const count = await sections.count();
    expect(count).toBeGreaterThan(20);
    expect(await page.locator('section .curl').count()).toBe(count);
    expect(await page.locator('section details.try').count()).toBe(count);
    expect(await page.locator('section .scope').count()).toBe(count);
    expect(await section(page, 'POST /v1/recommendations').locator('.scope').textContent()).toBe('scope: predict');
    expect(await section(page, 'GET /healthz').locator('.scope').textContent()).toBe('no key');
    expect(await section(page, 'POST /v1/recommendations').locator('.curl').textContent()).toContain(`curl ${service.url}/v1/recommendations --json '{`);
  }));

it('finds routes by any word, and says when there is none', () =>
  withDocs(async (page) => {
    const visible = page.locator('section:visible');
    const all = await visible.count();
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('batch 256');
    await expect.poll(() => visible.count()).toBeLessThan(all);
    expect(await section(page, 'POST /v1/recommendations/batch').isVisible()).toBe(true);
    expect(await section(page, 'GET /healthz').isVisible()).toBe(false);
    await page.getByRole('status').getByText(`of ${all} routes`).waitFor();
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('no such word');
    await page.getByText('No route has these words').waitFor();
    await page.getByRole('searchbox', { name: 'Search', exact: true }).fill('');
    await expect.poll(() => visible.count()).toBe(all);
  }));

it('asks the service, and shows what it answers', () =>
  withDocs(async (page) => {
    const ask = section(page, 'POST /v1/recommendations');
    await ask.getByText('Try it').click();
    await ask.getByLabel('Body, JSON').fill('{"user":"user5","k":3}');
    await ask.getByLabel('Prefer').fill('wait=10');
    expect(await ask.locator('.curl').textContent()).toContain(`--json '{"user":"user5","k":3}' -H 'Prefer: wait=10'`);
    await ask.getByRole('button', { name: 'Send' }).click();
    await ask.getByRole('status').getByText(/^200 OK/).waitFor();
    const answer = JSON.parse((await ask.locator('form pre').textContent())!) as { status: string; items: object[] };
    expect(answer.status).toBe('done');
    expect(answer.items).toHaveLength(3);

    // Values of a path are encoded, and what is refused is shown too.
    const history = section(page, 'GET /v1/users/{id}/history');
    await history.getByText('Try it').click();
    await history.getByLabel('limit').fill('0');
    await history.getByRole('button', { name: 'Send' }).click();
    await history.getByRole('status').getByText(/^422/).waitFor();

    // The stream has no end: it is shown as it comes, until it is stopped.
    const stream = section(page, 'GET /v1/stream');
    await stream.getByText('Try it').click();
    await stream.getByRole('button', { name: 'Send' }).click();
    await stream.locator('form pre').getByText('event: open').waitFor();
    await stream.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => stream.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true);
  }, {}, /422/));

it('has a way back to the page', () =>
  withDocs(async (page) => {
    await page.getByRole('link', { name: 'Back to the page' }).click();
    await answered(page);
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.locator('section').first().waitFor();
  }));

it('is usable with the keyboard alone', () =>
  withDocs(async (page) => {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip');
    await page.getByRole('searchbox', { name: 'Search', exact: true }).focus();
    await page.keyboard.type('readyz');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('/readyz');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\w+$/);
    const ready = section(page, 'GET /readyz');
    await ready.locator('.try summary').focus();
    await page.keyboard.press('Enter');
    await ready.getByRole('button', { name: 'Send' }).focus();
    await page.keyboard.press('Enter');
    await ready.getByRole('status').getByText(/^200/).waitFor();
  }));

for (const [colorScheme, width] of [['light', 390], ['dark', 1280]] as const) {
  it(`has no violation of WCAG 2.2 AA in ${colorScheme} at ${width}, and fits`, () =>
    withDocs(async (page) => {
      for (const id of ['POST /v1/recommendations', 'GET /readyz']) await section(page, id).getByText('Try it').click();
      await section(page, 'GET /readyz').getByRole('button', { name: 'Send' }).click();
      await section(page, 'GET /readyz').getByRole('status').getByText(/^200/).waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await clean(page);
    }, { colorScheme, viewport: { width, height: 844 } }));
}

// The last: once there are keys, there is no way back.
it('sends the key that the page uses, and never shows it', async () => {
  const key = service.makeKey('docs', 'read');
  await expect.poll(async () => (await fetch(`${service.url}/v1/users`)).status, { timeout: 20_000 }).toBe(401);
  await withDocs(async (page) => {
    const popular = section(page, 'GET /v1/popular');
    await popular.getByText('Try it').click();
    await popular.getByRole('button', { name: 'Send' }).click();
    await popular.getByRole('status').getByText(/^401.*needs the scope read/).waitFor();
    await page.getByLabel('API key').fill(key);
    expect(await popular.locator('.curl').textContent()).toContain('-H "Authorization: Bearer $KEY"');
    await popular.getByRole('button', { name: 'Send' }).click();
    await popular.getByRole('status').getByText(/^200/).waitFor();
    expect(await page.locator('main').textContent()).not.toContain(key);
    await page.getByRole('link', { name: 'Back to the page' }).click();
    await page.getByText('Live', { exact: true }).first().waitFor();
  }, {}, /401|403/);
});
