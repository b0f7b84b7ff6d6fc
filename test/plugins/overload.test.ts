import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';

const status = async (app: ReturnType<typeof useApp>, url: string) => (await app().inject(url)).statusCode;

describe('a process whose event loop is late', () => {
  const app = useApp({ environment: { OVERLOAD_EVENT_LOOP_DELAY_MS: '50' } });

  it('turns requests away with 503, answers its probes, and takes requests again when it has caught up', async () => {
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 5000 }).toBe(200);
    await expect
      .poll(
        () => {
          holdUp(200);
          return status(app, '/v1/categories');
        },
        { timeout: 10_000, interval: 1 },
      )
      .toBe(503);
    const refused = await app().inject('/v1/categories');
    expect(refused.statusCode).toBe(503);
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'x-content-type-options': 'nosniff' });
    expect(refused.json()).toMatchObject({ code: 'OVERLOADED', status: 503 });
    expect(await status(app, '/healthz')).toBe(200);
    expect(await status(app, '/readyz')).toBe(200);
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 10_000 }).toBe(200);
  });
});

describe('a process whose heap is full', () => {
  const app = useApp({ environment: { OVERLOAD_HEAP_BYTES: '1000' } });

  it('turns requests away with 503', async () => {
    await expect.poll(() => status(app, '/v1/categories'), { timeout: 5000 }).toBe(503);
    expect(await status(app, '/healthz')).toBe(200);
  });
});

/** Keeps the event loop from turning. */
function holdUp(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
