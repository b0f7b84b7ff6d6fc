/**
 * No cached answer of any route is stale, whichever of the marketplace's tables a client writes to, and whichever client it
 * is.
 */
import { soundFreshness } from 'hotpath/testing';
import { expect, it } from 'vitest';
import { as, useApp } from '../support/app.ts';
import { ownerUrl, testDatabaseUrl } from '../support/database.ts';

const app = useApp({ seeded: true });

it('answers as the database does, after writes by SQL, by Prisma, in transactions, and after none', async () => {
  const owner = ownerUrl(await testDatabaseUrl());
  const viewers = { admin: as(1, 'admin'), user: as(1) };
  const { hits, changed } = await soundFreshness({ app: app(), as: viewers, owner, writes: 12 });
  expect(hits).toBeGreaterThan(500);
  expect(changed).toBeGreaterThan(0);
}, 180_000);
