/** Small services for tests of freshness: the resources of a Prisma schema, on a database of their own with its triggers. */
import { type Watched, watch } from 'hotpath/freshness/watched';
import { install } from 'hotpath/install/install';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { resources } from 'hotpath/resource/resource';
import { SessionClient } from 'hotpath/session/session-client';
import { onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { generateDataModel } from '../compile/generate-data-model.ts';

const resource = resources<never>() as unknown as (model: string, declared: object) => never;

/** The members of a resource without its name, which is that of its model in lower camel case. */
interface SmallResource {
  readonly fields: readonly string[];
  readonly [more: string]: unknown;
}

/** @param declared by model. The default fields are the first one; the order is by it. */
export async function watchSmall(models: string, declared: Readonly<Record<string, SmallResource>>): Promise<Watched> {
  const registry = new Registry(await generateDataModel(models));
  const all = Object.entries(declared).map(([model, { fields, ...more }]) => {
    const name = model.charAt(0).toLowerCase() + model.slice(1);
    const policy = everything('user');
    return resource(model, { name, fields, defaultFields: fields[0], sort: fields[0], policy, ...more });
  });
  registry.add(...all);
  registry.check();
  return watch(registry);
}

/** A session on a new database with these tables. */
export async function connectSmall(tables: string): Promise<SessionClient> {
  const client = new SessionClient({ connectionString: await scratchDatabase('empty') });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(tables);
  return client;
}

/** As `connectSmall`, with the triggers. */
export async function installSmall(tables: string, watched: Watched): Promise<SessionClient> {
  const client = await connectSmall(tables);
  await install(client, watched);
  return client;
}

/** The tags that the log gained since the last call, each once and in alphabetical order. */
export async function takeTags(client: SessionClient): Promise<string[]> {
  const { rows } = await client.query<{ tag: string }>(
    `WITH taken AS (DELETE FROM hotpath.log RETURNING *)
     SELECT DISTINCT source || tag AS tag FROM taken CROSS JOIN unnest(tags) AS tag ORDER BY 1`,
  );
  return rows.map(({ tag }) => tag);
}
