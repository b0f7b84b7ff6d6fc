/**
 * Faults of the schema: changes that no trigger sees. Each changes what a page shows, and is taken back afterwards.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { BOUND_MS } from '../bounds.ts';
import type { CheckStage } from '../stage.ts';
import { OWN } from '../world.ts';
import { change, type Fault, type OwnChange, ownName, ownPhone, ownView, warm, withClient } from './fault.ts';

const TRIGGERS = ['insert', 'update', 'delete', 'truncate'].map((event) => `invalidation_${event}`);

/** Each in turn. They are part of the writing, so that no comparison sees half of one. */
export const ddlFault: Fault = (stage) =>
  stage.ground.writing.run(async () => {
    for (const each of [swapColumns, replaceView, writeUnlogged, alterType, turnVirtual]) await each(stage);
  });

const run = (stage: CheckStage, sql: string): Promise<void> => withClient(stage, (client) => client.query(sql));

const changeUnlogged = (stage: CheckStage, made: OwnChange) => change(stage, { ...made, isLogged: false });

/** The text for the own row, and for each other row what it has. */
const nameOr = (text: string, other: string): string => `CASE id WHEN ${OWN.user} THEN '${text}' ELSE ${other} END`;

/** Another column takes the name of one that is read. */
async function swapColumns(stage: CheckStage): Promise<void> {
  await run(stage, 'ALTER TABLE users ADD COLUMN name_new varchar(120)');
  await settle(stage);
  await changeUnlogged(stage, {
    own: ownName(),
    commit: (text) =>
      run(
        stage,
        `BEGIN; LOCK TABLE users; UPDATE users SET name_new = ${nameOr(text, 'name')};
         ALTER TABLE users RENAME COLUMN name TO name_old; ALTER TABLE users RENAME COLUMN name_new TO name; COMMIT`,
      ),
  });
  await run(stage, 'ALTER TABLE users DROP COLUMN name_old, ALTER COLUMN name SET NOT NULL');
}

/** A view that is read gives another text. */
async function replaceView(stage: CheckStage): Promise<void> {
  const own = ownView();
  const { rows } = await stage.ground.database.pool.query<{ text: string }>(
    `SELECT pg_get_viewdef('category_totals') AS "text"`,
  );
  const replace = (text: string) => run(stage, `CREATE OR REPLACE VIEW category_totals AS ${text}`);
  const before = rows[0]!.text;
  await warm(stage, own);
  await changeUnlogged(stage, {
    own,
    commit: (text) => replace(before.replace('c.name AS category', `'${text}'::varchar(80) AS category`)),
  });
  await settle(stage);
  await changeUnlogged(stage, { own, isGone: true, commit: () => replace(before) });
}

/** Rows are written while triggers are off, and these are on again before the commit. */
async function writeUnlogged(stage: CheckStage): Promise<void> {
  const off = TRIGGERS.map((trigger) => `ALTER TABLE users DISABLE TRIGGER ${trigger}`).join('; ');
  const on = TRIGGERS.map((trigger) => `ALTER TABLE users ENABLE ALWAYS TRIGGER ${trigger}`).join('; ');
  await settle(stage);
  await changeUnlogged(stage, {
    own: ownName(),
    commit: (text) =>
      run(stage, `BEGIN; ${off}; UPDATE users SET name = '${text}' WHERE id = ${OWN.user}; ${on}; COMMIT`),
  });
}

/** Every row is rewritten, with other values. */
async function alterType(stage: CheckStage): Promise<void> {
  await settle(stage);
  await changeUnlogged(stage, {
    own: ownName(),
    commit: (text) => run(stage, `ALTER TABLE users ALTER COLUMN name TYPE varchar(121) USING ${nameOr(text, 'name')}`),
  });
  await run(stage, 'ALTER TABLE users ALTER COLUMN name TYPE varchar(120)');
}

/** A column that is read is computed from one that is not, so that its changes are logged nowhere. */
async function turnVirtual(stage: CheckStage): Promise<void> {
  const own = ownPhone();
  const writeSource = (text: string) => `UPDATE users SET encrypted_ssn = '${text}' WHERE id = ${OWN.user}`;
  const turn = `ALTER TABLE users DROP COLUMN phone,
    ADD COLUMN phone varchar(32) GENERATED ALWAYS AS (encrypted_ssn::varchar(32)) VIRTUAL`;
  await settle(stage);
  await changeUnlogged(stage, { own, commit: (text) => run(stage, `BEGIN; ${writeSource(text)}; ${turn}; COMMIT`) });
  await settle(stage);
  await changeUnlogged(stage, { own, commit: (text) => run(stage, writeSource(text)) });
  const back = 'ALTER TABLE users DROP COLUMN phone, ADD COLUMN phone varchar(32)';
  await changeUnlogged(stage, { own, isGone: true, commit: () => run(stage, back) });
}

/** By then every instance knows of the latest change of the schema, and holds the page again. */
async function settle(stage: CheckStage): Promise<void> {
  await rest(2 * BOUND_MS);
  await warm(stage, ownName());
}
