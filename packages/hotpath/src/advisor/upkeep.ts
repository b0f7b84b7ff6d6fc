/** Advice on the upkeep of a database, from its catalog and counters. */
import type { Advice, CatalogClient } from './advice.ts';
import { indexUpkeep } from './index-upkeep.ts';
import { tableUpkeep } from './table-upkeep.ts';

/** Reads in one transaction that cannot write. The client must be in no transaction. */
export async function upkeepOf(client: CatalogClient): Promise<Advice[]> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    return [...(await indexUpkeep(client)), ...(await tableUpkeep(client))];
  } finally {
    await client.query('ROLLBACK');
  }
}
