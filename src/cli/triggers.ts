/** `hotpath triggers`: the migration that makes the database log what the resources need. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry, watch } from 'hotpath';
import { type Command, CommandError, databaseUrl, say } from 'hotpath/cli';
import { migrationFor, SessionClient, surveyTables, type WrittenMigration } from 'hotpath/database';
import { datamodel } from '#datamodel';
import { modules } from '../domain/index.ts';
import { MIGRATIONS, migrationNames } from '../migrations.ts';

const usage = `Usage: $0 triggers [--check | --database]

Writes the next migration, prisma/migrations/<time>_hotpath, if the library or the resources need something in the
database that the migrations do not bring, and says what. Apply it with \`npx prisma migrate deploy\`.

  --check     writes nothing, and fails if it would
  --database  looks at the database of DATABASE_URL in place of the migrations: names each table, view and column whose
              changes are not all logged, and the keys that the database compares otherwise than their bytes; fails if
              a change goes unlogged, as the cache is bypassed then`;

const MODES = ['--check', '--database', undefined] as const;

export const triggers: Command = {
  summary: 'write the migration of the triggers that log changes, or look at the triggers of a database',
  usage,
  async run([mode, ...more]) {
    if (more.length > 0 || !MODES.some((each) => each === mode)) throw new CommandError(usage);
    if (mode === '--database') return surveyDatabase(databaseUrl());
    const written = nextMigration();
    if (!written) return say('The migrations bring what the resources need.');
    for (const { kind, what } of written.changes) say(`${kind.padEnd(8)} ${what}`);
    if (mode) throw new CommandError('The migrations bring something else. Run `npm run hotpath -- triggers`.');
    say(`Written to ${writeMigration(written)}.`);
  },
};

async function surveyDatabase(url: string): Promise<void> {
  const client = new SessionClient({ connectionString: url });
  await client.connect();
  try {
    const { gaps, inexactKeys } = await surveyTables(client, watch(declaredResources()));
    for (const key of inexactKeys)
      say(`${key}… makes no tags: the database compares its values otherwise than their bytes.`);
    for (const { reason } of gaps) say(reason);
    if (gaps.length > 0) throw new CommandError('Not every change is logged, so the cache is bypassed.');
    say('Every change of what the resources read is logged.');
  } finally {
    await client.end();
  }
}

/** What the resources of all modules need, and the migrations do not bring. */
export const nextMigration = (): WrittenMigration | undefined =>
  migrationFor({ migrationTexts: migrations().map(({ text }) => text), registry: declaredResources() });

export function declaredResources(): Registry {
  const registry = new Registry(datamodel);
  registry.add(...modules.flatMap(({ resources }) => resources));
  registry.check();
  return registry;
}

/** The migrations in the order in which they are applied. */
export function migrations(): { readonly name: string; readonly text: string }[] {
  return migrationNames().map((name) => ({
    name,
    text: readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8'),
  }));
}

function writeMigration({ text }: WrittenMigration): string {
  const name = `${nextTime()}_hotpath`;
  mkdirSync(join(MIGRATIONS, name));
  writeFileSync(join(MIGRATIONS, name, 'migration.sql'), text);
  return `prisma/migrations/${name}`;
}

/** As Prisma names migrations, `20261121050000`; behind the last one, whatever the clock says. */
function nextTime(): string {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const last = migrations().at(-1)?.name.slice(0, 14) ?? '';
  return last < now ? now : String(Number(last) + 1);
}
