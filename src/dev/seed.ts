/** Fills a database that has no users yet. */

import { SessionClient } from 'hotpath/database';
import { progressDisplay } from '../../prisma/seed/progress.ts';
import { seed } from '../../prisma/seed/seed.ts';

export async function seedIfEmpty(url: string): Promise<void> {
  if (!(await isEmpty(url))) return;
  const display = progressDisplay();
  await seed({ url, onProgress: display.show }).finally(display.close);
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
