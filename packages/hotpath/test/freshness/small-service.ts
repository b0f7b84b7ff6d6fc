/** Small services for tests of freshness: the resources of a Prisma schema, on a database of their own with its triggers. */
import { createCompiler } from 'hotpath/compile/compile';
import { surveyTables } from 'hotpath/freshness/coverage';
import { type Watched, watch } from 'hotpath/freshness/watched';
import { install } from 'hotpath/install/install';
import type { DataModel } from 'hotpath/model/data-model';
import { cursorSigner } from 'hotpath/resource/cursor';
import { everything } from 'hotpath/resource/policy';
import { Registry } from 'hotpath/resource/registry';
import { resources } from 'hotpath/resource/resource';
import { SelectionParser } from 'hotpath/resource/selection';
import { SessionClient } from 'hotpath/session/session-client';
import { onTestFinished } from 'vitest';
import { scratchDatabase } from '../../../../test/support/database.ts';
import { generateDataModel } from '../compile/generate-data-model.ts';
import { live, type Tally } from './history/history.ts';
import { type Asked, requestFor } from './history/selections.ts';

/** By the text of their schema: Prisma takes a second for each. */
const dataModels = new Map<string, Promise<DataModel>>();

const resource = resources<never>() as unknown as (model: string, declared: object) => never;

/** The members of a resource without its name, which is that of its model in lower camel case. */
interface SmallResource {
  readonly fields: readonly string[];
  readonly [more: string]: unknown;
}

/** @param declared by model. The default fields are the first one; the order is by it. */
export async function watchSmall(models: string, declared: Readonly<Record<string, SmallResource>>): Promise<Watched> {
  if (!dataModels.has(models)) dataModels.set(models, generateDataModel(models));
  const registry = new Registry(await dataModels.get(models)!);
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

/** A request of a viewer with the role `user`: for an item if the path fixes fields, else for a list. */
export interface SmallRequest {
  readonly resource: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly item?: Readonly<Record<string, string | number>>;
}

/**
 * Keeps the answer of a request, writes, and reads again if the answer is not fresh, one write after another.
 * @throws {FalseFresh} for an answer that changed and is still judged fresh.
 */
export async function writeBehind(
  client: SessionClient,
  watched: Watched,
  { request, writes }: { request: SmallRequest; writes: readonly string[] },
): Promise<Tally> {
  const { inexactFields } = await surveyTables(client, watched);
  for (const field of inexactFields) watched.inexactFields.add(field);
  const tally: Tally = { kept: 0, changed: 0, wasted: 0, refused: 0 };
  const compiler = createCompiler({ dataModel: watched.registry.dataModel });
  await live(
    { client, compiler, watched },
    [askedBy(watched, request)],
    writes.map((write) => [write]),
    tally,
  );
  return tally;
}

function askedBy(watched: Watched, { resource: name, query = {}, item }: SmallRequest): Asked {
  const { registry } = watched;
  const parser = new SelectionParser(registry, cursorSigner('a secret'));
  const resource = registry.all().find((each) => each.name === name)!;
  const asked = { resource, viewer: { role: 'user', subject: '1' }, query };
  const selection = item ? parser.item({ ...asked, where: item }) : parser.list(asked);
  return { selection, request: requestFor(watched, selection), text: JSON.stringify({ name, query, item }) };
}
