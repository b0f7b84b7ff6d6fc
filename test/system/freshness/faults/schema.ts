/**
 * Faults of the schema: changes that no trigger sees. Each changes what a page shows, and is taken back afterwards.
 */
import type { CheckStage } from '../stage.ts';
import { OWN } from '../world.ts';
import { changeUnlogged, type Fault, openOwnView, ownName, ownView, run, settle, warm } from './fault.ts';

const TRIGGERS = ['insert', 'update', 'delete', 'truncate'].map((event) => `invalidation_${event}`);

/** Each in turn. They are part of the writing, so that no comparison sees half of one. */
export const ddlFault: Fault = (stage) =>
  stage.ground.writing.run(async () => {
    for (const each of [swapColumns, changeView, writeUnlogged, alterType]) await each(stage);
  });

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
async function changeView(stage: CheckStage): Promise<void> {
  const own = ownView();
  await warm(stage, own);
  const view = await openOwnView(stage);
  await changeUnlogged(stage, { own, commit: (text) => view.replace(`'${text}'`) });
  await settle(stage);
  await changeUnlogged(stage, { own, isGone: true, commit: () => view.restore() });
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
