/**
 * The page in a real Chromium, as a new user opens it: it leads to the three faults of a stranger's app, shows nothing without the
 * token, and works by the keyboard and on a phone. `SCREENSHOTS=folder` keeps its screenshots.
 */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { openBrowser } from './browser.ts';
import { openStrangerApp, STRANGER_TOKEN } from './stranger-app.ts';

const PATIENCE_MS = 30_000;
const TEST_MS = 4 * PATIENCE_MS;
const MAIN = "document.querySelector('main').innerText";

let app: FastifyInstance;
let browser: Browser;
let address: string;
let page: Page;
/** The errors in the console of the browser: a script that fails, a file that the policy forbids. */
const complaints: string[] = [];

beforeAll(async () => {
  app = await openStrangerApp(await scratchDatabase('empty'));
  address = await app.listen({ port: 0 });
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await app?.close();
});

afterEach(async () => {
  await page?.close();
  expect(complaints.splice(0)).toEqual([]);
});

async function open(hash = `#token=${encodeURIComponent(STRANGER_TOKEN)}`): Promise<void> {
  const context = await browser.createBrowserContext();
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
  });
  await page.setViewport({ width: 1200, height: 800 });
  await page.goto(`${address}/_hotpath${hash}`);
}

/** Waits until the page shows a text. */
const shows = (text: string) => page.waitForFunction(`${MAIN}.includes(${JSON.stringify(text)})`);
const hides = (text: string) => page.waitForFunction(`!${MAIN}.includes(${JSON.stringify(text)})`);
const main = async () => (await page.evaluate(MAIN)) as string;

async function click(text: string): Promise<void> {
  const found = await page.waitForSelector(`xpath///main//*[self::a or self::button][contains(., '${text}')]`);
  await found!.evaluate((element) => (element as unknown as { click(): void }).click());
}

async function picture(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder) await page.screenshot({ path: join(folder, `inspector-${name}.png`) as `${string}.png` });
}

async function ask(path: string, times = 1): Promise<void> {
  for (let n = 0; n < times; n += 1) expect((await fetch(address + path)).status).toBe(200);
}

describe('the page leads a new user to', { timeout: TEST_MS }, () => {
  it('an N+1, with its line of code', async () => {
    await ask('/customers/1/statement');
    await open();
    await shows('N+1 × 8');
    await picture('requests');
    await click('/customers/1/statement');
    await shows('N+1: the same statement was sent 8 times');
    expect(await main()).toMatch(/stranger-app\.ts:\d+:\d+/);
    expect(await main()).toMatch(/FROM\s+"invoice_lines"/i);
    await picture('n-plus-one');
  });

  it('an ORDER BY without its index, and the index to try', async () => {
    await ask('/customers/3/invoices');
    await open();
    await click('/customers/3/invoices');
    await click('EXPLAIN ANALYZE');
    await shows('Try an index on (customer_id, issued_at DESC, id)');
    expect(await main()).toContain('PostgreSQL sorts 10,000 rows of invoices to give 20.');
    expect(await page.$$eval('.plan .dear', (nodes) => nodes.length)).toBeGreaterThan(0);
    await picture('plan');
  });

  it('a route that is worth caching', async () => {
    await ask('/totals', 25);
    await open();
    await page.keyboard.press('2');
    await shows('Worth caching');
    expect(await main()).toMatch(/GET \/totals Worth caching: \d\d% of its requests ask what was asked before/);
    await picture('routes');
  });
});

describe('the page', { timeout: TEST_MS }, () => {
  it('shows nothing without the token, and asks for it', async () => {
    await open('');
    await shows('The inspector accepts its token');
    expect(await page.$('#requests')).toBeNull();
    await page.type('#token input', STRANGER_TOKEN);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#requests');
  });

  it('takes the token out of its address, and sends it in no URL', async () => {
    const urls: string[] = [];
    app.server.on('request', ({ url }) => urls.push(url!));
    await open();
    await page.waitForSelector('#requests');
    expect(page.url()).not.toContain('token');
    expect(urls.join()).not.toContain('stranger');
  });

  it('shows requests as they come, and none while it is paused', async () => {
    await open();
    await page.waitForSelector('#requests');
    await ask('/totals?live=1');
    await shows('GET /totals?live=1');
    await page.keyboard.press('p');
    await page.waitForSelector('#pause[aria-pressed=true]');
    await ask('/totals?live=2');
    expect(await main()).not.toContain('live=2');
    await page.keyboard.press('p');
    await shows('GET /totals?live=2');
  });

  it('filters requests and deletes them', async () => {
    await ask('/totals?filter=1');
    await ask('/customers/2/statement');
    await open();
    await shows('filter=1');
    await click('N+1 and over budget');
    await hides('filter=1');
    await shows('/customers/2/statement');
    await click('Clear');
    await page.waitForFunction("document.querySelectorAll('#requests tbody tr').length === 0");
  });

  it('shows values only on request, and goes back at Escape', async () => {
    await ask('/customers/0/invoices');
    await open();
    await click('/customers/0/invoices');
    await shows('Show values');
    expect(await main()).not.toContain('$1 = "0"');
    await click('Show values');
    await shows('$1 = "0"');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#requests');
  });

  it('leads through its list and its views by the keyboard', async () => {
    await ask('/totals?keys=1');
    await open();
    await shows('keys=1');
    await page.keyboard.press('j');
    await page.waitForSelector('tr.selected');
    await page.keyboard.press('Enter');
    await shows('Where the time went');
    for (const [key, title] of [
      ['3', 'follows no changes'],
      ['4', 'has no cache'],
      ['5', 'Ran in this process'],
      ['6', 'has no resources'],
    ] as const) {
      await page.keyboard.press(key);
      await shows(title);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
  });

  it('fits a phone, and is dark where the system is', async () => {
    await ask('/customers/1/statement');
    await open();
    await page.setViewport({ width: 375, height: 700, isMobile: true });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await shows('/customers/1/statement');
    const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
    const ground = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    expect([width <= 375, ground]).toEqual([true, 'rgb(21, 24, 28)']);
    await picture('phone');
  });
});
