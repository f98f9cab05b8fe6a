// node e2e/screenshots.js URL FOLDER: pictures of a running service's page, among them the one in the README.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8080', target = '../build/screenshots'] = process.argv.slice(2);
const folder = resolve(target);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

async function take(name, { width, height, colorScheme, locale = 'en-GB' }) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  await page.goto(`${url}/#/simulator?user=424`);
  const row = page.locator('.answer[aria-busy="false"] .ranked:not(.skeleton) > li').first();
  await row.waitFor();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(folder, `${name}-simulator.png`) });
  await page.locator('.answer button[aria-pressed]').nth(1).click();
  await page.locator('.why tbody tr').first().waitFor();
  await page.locator('.why').scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(folder, `${name}-why.png`), fullPage: true });
  await page.locator('nav a').nth(1).click();
  const slider = page.getByRole('slider');
  await slider.focus();
  for (let n = 0; n < 30; n += 1) await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(15_000);
  await page.screenshot({ path: join(folder, `${name}-live.png`), fullPage: true });
  await page.keyboard.press('Home');
  await page.locator('nav a').nth(2).click();
  await page.locator('.panel').first().waitFor();
  const compare = page.locator('section:has(.compare), section[aria-labelledby="compare-title"]').locator('button.primary');
  if (await compare.count()) {
    await compare.click();
    await page.locator('.compare li').first().waitFor({ timeout: 10_000 }).catch(() => {});
  }
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}-models.png`), fullPage: true });
  await context.close();
}

await take('light', { width: 1280, height: 900, colorScheme: 'light' });
await take('dark', { width: 1280, height: 900, colorScheme: 'dark' });
await take('phone', { width: 390, height: 844, colorScheme: 'light', locale: 'ru' });
await take('phone-dark', { width: 390, height: 844, colorScheme: 'dark' });
await browser.close();
