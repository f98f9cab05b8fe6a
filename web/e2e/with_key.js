// node e2e/with_key.js URL KEY_FILE: the page of a running service that has keys asks for one, and then shows an answer by the model.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url, file] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  await page.getByText('Key needed').waitFor();
  await page.getByRole('button', { name: 'Enter a key' }).click();
  await page.getByLabel('Key', { exact: true }).fill(readFileSync(file, 'utf8').trim());
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.getByRole('button', { name: 'Random user' }).click();
  const items = page.locator('.answer[aria-busy="false"] .ranked:not(.skeleton) > li');
  await items.first().waitFor();
  const badge = await page.locator('.answer .badge').first().textContent();
  const count = await items.count();
  if (count !== 10 || badge !== 'by the model' || errors.length) throw new Error(`${count} items, ${badge}; ${errors.join(' ')}`);
  console.log(`${count} items ${badge}`);
} finally {
  await browser.close();
}
