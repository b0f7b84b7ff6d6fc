/** What the plugins write, and jobs whatever they do: the keys of requests, and the effects of jobs. */

import type { Writes } from 'hotpath/access/needs';
import type { Prisma } from '#client';

export const pluginWrites = {
  IdempotencyKey: ['INSERT', 'UPDATE', 'DELETE'],
  JobEffect: ['INSERT', 'DELETE'],
} satisfies Writes<Prisma.ModelName>;
