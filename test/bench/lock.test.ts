/** Two benches never run at once, and a killed one blocks no later one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LockedError, lock } from '../../bench/support/lock.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hotpath-lock-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('the lock is held by one bench at a time', () => {
  const file = join(folder, 'one', 'bench.lock');
  const held = lock(file);
  expect(() => lock(file)).toThrow(LockedError);
  held[Symbol.dispose]();
  lock(file)[Symbol.dispose]();
});

it('the lock is released when its process dies', async () => {
  const file = join(folder, 'bench.lock');
  const module = JSON.stringify(join(import.meta.dirname, '../../bench/support/lock.ts'));
  const code = `const { lock } = await import(${module}); globalThis.held = lock(${JSON.stringify(file)}); console.log('held'); setInterval(() => {}, 1000)`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', code]);
  await once(holder.stdout, 'data');
  expect(() => lock(file)).toThrow(LockedError);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  lock(file)[Symbol.dispose]();
});
