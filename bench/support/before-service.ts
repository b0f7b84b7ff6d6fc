/** The slow service, started as a child. */
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { Server } from './service.ts';

export interface Measured extends Server {
  /** All that it has sent to PostgreSQL so far, where its replies do not say what they took. */
  readonly statements?: () => Promise<number>;
}

export async function startBefore(stack: AsyncDisposableStack, url: string): Promise<Measured> {
  const file = join(import.meta.dirname, '../before/main.ts');
  const child = startChild(stack, { file, environment: { NODE_ENV: 'production', DATABASE_URL: url } });
  return {
    name: 'before',
    address: await child.ask<string>('address'),
    pid: child.pid,
    statements: () => child.ask<number>('statements'),
  };
}
