/** The watched marketplace, and sessions that write to its database behind the service. */

import type { HeaderVerdict, Knowledge } from 'hotpath/freshness/knowledge';
import { beginEpoch, type LogHeader, readLog, toChange } from 'hotpath/freshness/log';
import { type Watched, watch } from 'hotpath/freshness/watched';
import { Registry } from 'hotpath/resource/registry';
import pg from 'pg';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { datamodel } from '../../../../prisma/generated/datamodel.ts';
import { modules } from '../../../../src/domain/index.ts';
import { scratchDatabase } from '../../../../test/support/database.ts';

export function watchMarketplace(): Watched {
  const registry = new Registry(datamodel);
  registry.add(...modules.flatMap(({ resources }) => resources));
  registry.check();
  return watch(registry);
}

export interface Psql {
  readonly url: string;
  readonly client: pg.Client;
  /** The tags that the log gained since the last call, in alphabetical order. The tag of the table of orders is `order`. */
  changes(): Promise<string[]>;
}

/** A session on a database of the test file's own, with the marketplace's tables and a few rows. */
export function usePsql(rows = ROWS): () => Psql {
  let psql: Psql;
  beforeAll(async () => {
    const url = await scratchDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await beginEpoch(client);
    await vi.waitFor(async () => expect(await openBefore(client)).toBe(0), { timeout: 20_000 });
    await client.query(rows);
    psql = { url, client, changes: () => takeChanges(client) };
    await psql.changes();
  });
  afterAll(() => psql.client.end());
  return () => psql;
}

/** Transactions from before the epoch, of other databases too. A follower forgets everything when they end. */
async function openBefore(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as count from hotpath.epoch, pg_snapshot_xip(began) as open
     where not pg_visible_in_snapshot(open, pg_current_snapshot())`,
  );
  return rows[0]!.count;
}

async function takeChanges(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ source: string; tags: (string | null)[] }>(
    'with taken as (delete from hotpath.log returning *) select source, tags from taken',
  );
  const tags = rows.flatMap(({ source, tags }) => [
    source,
    ...tags.flatMap((tag) => (tag === null ? [] : [source + tag])),
  ]);
  return [...new Set(tags)].sort();
}

/** Reads the log to its end, in an epoch that only its row names. */
export async function catchUp(client: pg.Client, knowledge: Knowledge): Promise<void> {
  while ((await readOnce(client, knowledge)) !== 'useful');
}

async function readOnce(client: pg.Client, knowledge: Knowledge): Promise<HeaderVerdict> {
  let header: LogHeader | undefined;
  let verdict = 'useless' as HeaderVerdict;
  const isWhole = await readLog(
    client,
    { since: knowledge.since, most: 1000 },
    {
      begin: ({ epoch, ...rest }) => {
        header = { ...rest, epoch: epoch && { ...epoch, id: epoch.row } };
        verdict = knowledge.begin(header);
      },
      learn: (row) => {
        if (verdict === 'useful') knowledge.learn(toChange(row), header!);
        return 1;
      },
    },
  );
  if (!header!.epoch) await beginEpoch(client);
  if (verdict === 'useful') knowledge.end(header!, isWhole);
  return verdict;
}

const ROWS = `
  insert into users (id, email, name) select i, 'u' || i, 'User ' || i from generate_series(1, 100) i;
  insert into categories (id, name, slug, description, icon_url) select i, 'C' || i, 'c' || i, '', '' from generate_series(1, 3) i;
  insert into merchants (id, category_id, name, legal_name, description, website_url, logo_url, support_email, support_phone, address, tax_id)
    select i, i, '', '', '', '', '', '', '', '{}', '' from generate_series(1, 3) i;
  insert into products (id, merchant_id, category_id, name, slug, description, price, image_url)
    select i, 1 + i % 3, 1 + i % 3, '', 'p' || i, '', 1, '' from generate_series(1, 100) i;
  insert into reviews (id, product_id, user_id, rating, title, body)
    select i, 1 + i % 2, i, 3, '', '' from generate_series(1, 4) i;
  insert into transactions (id, user_id, merchant_id, amount, description, reference, card_last4, location, metadata)
    select i, i, 1, 1, '', '', '0000', '{}', '{}' from generate_series(1, 9) i;
  insert into devices (id, merchant_id, serial, name, kind, location, firmware)
    select i, 1, 's' || i, '', 'fridge', '{}', '' from generate_series(1, 3) i;`;
