/** What the plugins write, and jobs whatever they do: the keys of requests, and the effects of jobs. */
import type { Prisma } from '#client';
import type { Writes } from '../engine/access/needs.ts';

export const pluginWrites = {
  IdempotencyKey: ['INSERT', 'UPDATE', 'DELETE'],
  JobEffect: ['INSERT', 'DELETE'],
} satisfies Writes<Prisma.ModelName>;
