import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, Service } from './service';
import { answered, clean } from './steps';

// The service is away, has no model yet, or wants a key: the page says so, and needs no reload afterwards.

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

const alerts = (page: Page) => page.getByRole('alert').filter({ hasText: /./ });
const view = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();

describe('while the service is away', () => {
  it('says so in every view, and goes on by itself when it is back', async () => {
    const { page } = await open(browser, service.url);
    await answered(page);
    await service.stop();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await alerts(page).getByText('can’t be reached').waitFor();
    await page.getByText('Reconnecting').waitFor();
    await view(page, 'Live');
    await page.getByRole('heading', { name: 'Results as they arrive' }).waitFor();
    await alerts(page).getByText('can’t be reached').waitFor();
    await view(page, 'Models');
    await page.getByRole('heading', { name: 'Versions', exact: true }).waitFor();
    await alerts(page).getByText('can’t be reached').waitFor();
    expect(await alerts(page).count()).toBe(1);
    expect(await alerts(page).textContent()).toContain('tries again by itself');

    await service.start();
    await page.locator('td.how').first().waitFor();
    expect(await page.getByRole('button', { name: 'Train now' }).isEnabled()).toBe(true);
    expect(await alerts(page).count()).toBe(0);
    await view(page, 'Live');
    await page.getByText('Nothing has arrived yet').or(page.locator('table.rows')).waitFor();
    expect(await alerts(page).count()).toBe(0);
    await view(page, 'Simulator');
    await answered(page);
    await page.context().close();
  });

  for (const name of ['Live', 'Models', 'Simulator']) {
    it(`says in ${name} that it has gone, and that it is back`, async () => {
      const { page } = await open(browser, service.url);
      await answered(page);
      await view(page, name);
      await page.getByText('Live', { exact: true }).first().waitFor();
      await service.stop();
      if (name === 'Simulator') await page.getByRole('button', { name: 'Random user' }).click();
      await alerts(page).getByText('can’t be reached').waitFor();
      await service.start();
      await expect.poll(() => alerts(page).count()).toBe(0);
      if (name === 'Simulator') await answered(page);
      await page.context().close();
    });
  }
});

describe('without a model', () => {
  it('says so, and what to do, until there is one', async () => {
    const { page } = await open(browser, 'about:blank');
    let checks: object[] = [
      { name: 'database', ready: true },
      { name: 'model', ready: true, detail: 'no model is served yet' },
    ];
    let status = 200;
    await page.route('**/readyz', (route) => route.fulfill({ status, json: { status: 'ready', checks } }));
    await page.goto(service.url);
    for (const name of ['Models', 'Simulator']) {
      await view(page, name);
      const notice = page.getByRole('status').filter({ hasText: 'No model is served yet' });
      await notice.waitFor();
      expect(await notice.textContent()).toContain('sasrec-trainer train');
      expect(await notice.textContent()).toContain('The service says: no model is served yet');
      await clean(page);
    }
    // A remark on a model that is served is no lack of one.
    checks = [{ name: 'model', ready: true, detail: 'version 1 is served; version 2 is damaged' }];
    await page.getByText('The service says: version 1 is served; version 2 is damaged').waitFor();
    expect(await page.getByText('No model is served yet').count()).toBe(0);
    status = 503;
    checks = [{ name: 'catalogue', ready: false, detail: 'not read yet' }];
    await page.getByText('The service is starting. It still waits for: the catalogue.').waitFor();
    await page.getByLabel('Language').selectOption('ru');
    await page.getByText('Служба запускается. Она ещё ждёт: каталог.').waitFor();
    status = 200;
    checks = [{ name: 'model', ready: true }];
    await expect.poll(() => page.locator('.notice').count()).toBe(0);
    await page.context().close();
  });
});

// The last: once there are keys, there is no way back.
describe('with keys', () => {
  it('asks for one, tells a wrong one, takes a right one at once, and keeps it out of addresses', async () => {
    const key = service.makeKey('page', 'read,predict,ingest');
    await expect.poll(async () => (await fetch(`${service.url}/v1/users`)).status, { timeout: 20_000 }).toBe(401);
    const { page } = await open(browser, 'about:blank');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(service.url);
    await page.getByText('Key needed').waitFor();
    await page.getByRole('button', { name: 'Enter a key' }).click();
    await page.getByLabel('Key', { exact: true }).fill('no-such-key');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByRole('alert').getByText('does not know this key').waitFor();
    expect(await page.locator('dialog[open]').count()).toBe(1);
    expect(await page.getByLabel('Key', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await clean(page);

    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await answered(page); // nothing else was clicked
    await page.getByText('Live', { exact: true }).first().waitFor();
    expect(asked.filter((url) => url.includes(key))).toEqual([]);
    await page.context().close();
  });

  it('says what a key lacks, and follows every change of it', async () => {
    const { page } = await open(browser, service.url);
    const use = async (key: string) => {
      await page.getByRole('button', { name: 'API key' }).click();
      await page.getByLabel('Key', { exact: true }).fill(key);
      await page.getByRole('button', { name: 'Use this key' }).click();
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    };
    const known = async (key: string, status = 200) =>
      expect.poll(async () => (await fetch(`${service.url}/v1/users`, { headers: { Authorization: `Bearer ${key}` } })).status, { timeout: 20_000 }).toBe(status);
    const reader = service.makeKey('reader', 'read,predict');
    const admin = service.makeKey('admin', 'admin');
    const blind = service.makeKey('blind', 'predict');
    await known(reader);
    await known(admin);
    await known(blind, 403);
    await use(reader);
    await answered(page);
    await view(page, 'Models');
    await alerts(page).getByText('lacks the scope “admin”').waitFor();
    expect(await alerts(page).count()).toBe(1);
    await use(admin);
    await page.locator('td.how').first().waitFor();
    expect(await alerts(page).count()).toBe(0);

    await page.getByRole('button', { name: 'API key' }).click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await alerts(page).getByText('asks for a key').waitFor();
    await page.getByText('Key needed').waitFor();

    await view(page, 'Live');
    await alerts(page).getByText('asks for a key').waitFor();
    await use(blind);
    await alerts(page).getByText('lacks the scope “read”').waitFor();
    await use(reader);
    await page.getByText('Live', { exact: true }).first().waitFor();
    await expect.poll(() => alerts(page).count()).toBe(0);

    // Taken back while the page is open.
    service.removeKey('reader');
    await known(reader, 401);
    await view(page, 'Simulator');
    await page.getByRole('button', { name: 'Random user' }).click();
    await alerts(page).getByText('does not know this key, or no longer').waitFor();
    await use(admin);
    await answered(page);
    await page.context().close();
  });
});
