/**
 * A real Chromium: `CHROMIUM` names it, or the package @sparticuz/chromium brings it with its libraries from the npm registry, for
 * Linux on x64.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import chromium, { inflate } from '@sparticuz/chromium';
import puppeteer, { type Browser } from 'puppeteer-core';

const FLAGS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage'];

export async function openBrowser(): Promise<Browser> {
  const given = process.env['CHROMIUM'];
  const options = { args: FLAGS, headless: 'shell' } as const;
  if (given) return puppeteer.launch({ ...options, executablePath: given });
  const files = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '../bin');
  const executablePath = await chromium.executablePath(files);
  const libraries = join(await inflate(join(files, 'al2023.tar.br')), 'lib');
  return puppeteer.launch({ ...options, executablePath, env: { ...process.env, LD_LIBRARY_PATH: libraries } });
}
