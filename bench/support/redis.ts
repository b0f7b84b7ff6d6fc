/** A Redis for the bench: a `redis-server` from PATH on a free port, that keeps nothing. */
import { createInterface } from 'node:readline';
import { startProgram } from './child.ts';
import { freePort } from './service.ts';

/** @returns its URL. @throws where there is no `redis-server` on PATH. */
export async function startRedis(stack: AsyncDisposableStack): Promise<string> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = startProgram(stack, ['redis-server', ...args], { cwd: '/tmp', stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => /Ready to accept/i.test(line) && resolve());
    child.once('error', () => reject(new Error('There is no redis-server on PATH, which this section needs.')));
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}.`)));
  });
  return `redis://127.0.0.1:${port}`;
}
