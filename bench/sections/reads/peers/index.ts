/** The peers: what else could answer a read from the same database. */
import type { ReadAnswers } from '../shapes.ts';
import { byHandAnswers } from './by-hand.ts';
import { drizzleAnswers } from './drizzle.ts';
import { kyselyAnswers } from './kysely.ts';
import { prismaAnswers } from './prisma.ts';

export const PEERS: Readonly<Record<string, (url: string) => Promise<ReadAnswers>>> = {
  drizzle: drizzleAnswers,
  prismaQuery: (url) => prismaAnswers(url, 'query'),
  prismaJoin: (url) => prismaAnswers(url, 'join'),
  kysely: kyselyAnswers,
  byHand: byHandAnswers,
};
