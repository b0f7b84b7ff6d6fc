/** The page of the inspector in a real Chromium, served by the marketplace under its own security headers. */
import { join } from 'node:path';
import pg from 'pg';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../../packages/hotpath/test/inspector/browser.ts';
import { as, useApp } from '../support/app.ts';
import { ownerUrl, testDatabaseUrl } from '../support/database.ts';

const PATIENCE_MS = 30_000;
const TOKEN = 'a-token-for-tests-alone';
const service = useApp({ seeded: true, environment: { INSPECTOR: 'token', INSPECTOR_TOKEN: TOKEN } });

let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  const address = await service().listen({ port: 0 });
  browser = await openBrowser();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.setViewport({ width: 1200, height: 800 });
  await page.goto(`${address}/_hotpath#token=${TOKEN}`);
  await page.waitForSelector('#requests');
}, 120_000);
afterAll(() => browser?.close());

const shows = (text: string) =>
  page.waitForFunction(`document.querySelector('main').innerText.includes(${JSON.stringify(text)})`);

async function picture(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `inspector-${name}.png`) as `${string}.png` });
}

it('tells why the cache missed, and shows every view, under the policy of the service', {
  timeout: 4 * PATIENCE_MS,
}, async () => {
  const dashboard = () => service().inject({ url: '/v1/users/1/dashboard', headers: as(1) });
  await dashboard();
  const client = new pg.Client({ connectionString: ownerUrl(await testDatabaseUrl()) });
  await client.connect();
  await client.query("UPDATE users SET name = 'Changed' WHERE id = 1").finally(() => client.end());
  expect(await service().hotpath.follower.catchUp()).toBe(true);
  await dashboard();
  await page.waitForSelector('#requests tbody tr');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await shows('which changed');
  await shows('So PostgreSQL was asked.');
  await picture('cache-story');
  for (const [key, name, text] of [
    ['2', 'marketplace-routes', 'GET /v1/users/:id/dashboard'],
    ['3', 'freshness', 'user:1'],
    ['4', 'cache', 'Memory by route'],
    ['5', 'jobs', 'Ran in this process'],
    ['6', 'resources', 'A question is compiled'],
  ] as const) {
    await page.keyboard.press(key);
    await shows(text);
    await picture(name);
  }
  await page.select('select[name=resource]', 'product');
  await page.type('input[name=query]', 'fields=name,merchant(name)&sort=-price&limit=3');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#answer .plan');
  await picture('question');
  expect(complaints).toEqual([]);
});
