/** Fills a database that has no users yet. */

import { ProgressBar } from 'hotpath/cli';
import { SessionClient } from 'hotpath/database';
import { seed } from '../../prisma/seed/seed.ts';

export async function seedIfEmpty(url: string): Promise<void> {
  if (!(await isEmpty(url))) return;
  const bar = new ProgressBar();
  await seed({ url, onProgress: (progress) => bar.show(progress) }).finally(() => bar.close());
}

async function isEmpty(url: string): Promise<boolean> {
  const client = new SessionClient({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ empty: boolean }>('select not exists (select from users) as empty');
    return rows[0]!.empty;
  } finally {
    await client.end();
  }
}
