/**
 * Faults of columns that are computed. An instance must say which column it cannot follow, and answer from the database
 * until the column is gone. Each is taken back afterwards.
 */
import type { CheckStage } from '../stage.ts';
import { OWN } from '../world.ts';
import { changeUnlogged, expectNamed, type Fault, openOwnView, ownPhone, ownView, run, settle } from './fault.ts';

/** Each in turn. They are part of the writing, so that no comparison sees half of one. */
export const virtualFault: Fault = (stage) =>
  stage.ground.writing.run(async () => {
    for (const each of [turnVirtual, viewVirtual]) await each(stage);
  });

/** A column that is read is computed from one that is not, so that its changes are logged nowhere. */
async function turnVirtual(stage: CheckStage): Promise<void> {
  const own = ownPhone();
  const writeSource = (text: string) => `UPDATE users SET encrypted_ssn = '${text}' WHERE id = ${OWN.user}`;
  const turn = `ALTER TABLE users DROP COLUMN phone,
    ADD COLUMN phone varchar(32) GENERATED ALWAYS AS (encrypted_ssn::varchar(32)) VIRTUAL`;
  await settle(stage);
  await expectNamed(stage, 'phone', () =>
    changeUnlogged(stage, { own, commit: (text) => run(stage, `BEGIN; ${writeSource(text)}; ${turn}; COMMIT`) }),
  );
  await settle(stage);
  await changeUnlogged(stage, { own, commit: (text) => run(stage, writeSource(text)) });
  const back = 'ALTER TABLE users DROP COLUMN phone, ADD COLUMN phone varchar(32)';
  await changeUnlogged(stage, { own, isGone: true, commit: () => run(stage, back) });
}

/** A view reads such a column, of which no model knows. */
async function viewVirtual(stage: CheckStage): Promise<void> {
  const own = ownView();
  const writeSource = (text: string) => `UPDATE merchants SET source = '${text}'`;
  await run(
    stage,
    'ALTER TABLE merchants ADD COLUMN source text, ADD COLUMN computed text GENERATED ALWAYS AS (source) VIRTUAL',
  );
  const view = await openOwnView(stage);
  await settle(stage);
  await expectNamed(stage, 'source', () =>
    changeUnlogged(stage, {
      own,
      commit: async (text) => {
        await run(stage, writeSource(text));
        await view.replace('max(m.computed)');
      },
    }),
  );
  await settle(stage, own);
  await changeUnlogged(stage, { own, commit: (text) => run(stage, writeSource(text)) });
  await changeUnlogged(stage, { own, isGone: true, commit: () => view.restore() });
  await run(stage, 'ALTER TABLE merchants DROP COLUMN computed, DROP COLUMN source');
}
