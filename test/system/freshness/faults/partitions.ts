/**
 * Faults of partitions: they are created, attached, detached and dropped with rows in them, which no statement writes. A
 * partition without triggers must be named, and nothing be served from the cache while it is there. Each is taken back
 * afterwards.
 */
import type { CheckStage } from '../stage.ts';
import { OWN, ownPages } from '../world.ts';
import { change, changeUnlogged, expectNamed, type Fault, type OwnCell, run, settle } from './fault.ts';

const own: OwnCell = { cell: { kind: 'notice', id: OWN.user }, page: ownPages()[2] };
const ID = 1001;
const RANGE = 'FOR VALUES FROM (1000) TO (2000)';
const INSERT = 'INTO notifications_own (id, user_id, kind, title, body) VALUES';
const LOG = `SELECT hotpath.log_partitions('notifications')`;

const write = (table: string, text: string): string => `UPDATE ${table} SET title = '${text}' WHERE id = ${ID}`;

/** Part of the writing, so that no comparison sees half of one. */
export const partitionsFault: Fault = (stage) =>
  stage.ground.writing.run(async () => {
    for (const each of [attachBare, createLogged]) await each(stage);
  });

/** A table with a row is attached without triggers, gets them, is detached, and attached again with another row. */
async function attachBare(stage: CheckStage): Promise<void> {
  const attach = `ALTER TABLE notifications ATTACH PARTITION notifications_own ${RANGE}`;
  await run(stage, 'CREATE TABLE notifications_own (LIKE notifications INCLUDING ALL)');
  await settle(stage, own);
  await expectNamed(stage, 'notifications', () =>
    changeUnlogged(stage, {
      own,
      commit: async (text) => {
        await run(stage, `INSERT ${INSERT} (${ID}, ${OWN.user}, 'system', '${text}', '')`);
        await run(stage, attach);
      },
    }),
  );
  await settle(stage, own);
  await changeUnlogged(stage, { own, commit: (text) => run(stage, write('notifications_own', text)) });
  await run(stage, LOG);
  await settle(stage, own);
  await change(stage, { own, commit: (text) => run(stage, write('notifications_own', text)) });
  await change(stage, { own, commit: (text) => run(stage, write('notifications', text)) });
  await settle(stage, own);
  const detach = 'ALTER TABLE notifications DETACH PARTITION notifications_own';
  await changeUnlogged(stage, { own, isGone: true, commit: () => run(stage, `${detach} CONCURRENTLY`) });
  await settle(stage, own);
  await changeUnlogged(stage, {
    own,
    commit: async (text) => {
      await run(stage, write('notifications_own', text));
      await run(stage, attach);
    },
  });
  await settle(stage, own);
  await changeUnlogged(stage, { own, isGone: true, commit: () => run(stage, detach) });
  await run(stage, 'DROP TABLE notifications_own');
}

/** A partition is created with its triggers and a row, which then moves to another partition, and dropped. */
async function createLogged(stage: CheckStage): Promise<void> {
  const create = `CREATE TABLE notifications_own PARTITION OF notifications ${RANGE} PARTITION BY LIST (user_id)`;
  await settle(stage, own);
  await change(stage, {
    own,
    commit: (text) =>
      run(
        stage,
        `BEGIN; ALTER TABLE notifications DROP CONSTRAINT notifications_key; ${create};
         CREATE TABLE notifications_own_first PARTITION OF notifications_own FOR VALUES IN (${OWN.user}); ${LOG};
         INSERT ${INSERT} (${ID}, ${OWN.user}, 'system', '${text}', ''); COMMIT`,
      ),
  });
  const move = (text: string, to: number) =>
    run(
      stage,
      `MERGE INTO notifications n USING (VALUES (1)) v (one) ON n.user_id = ${OWN.user}
       WHEN MATCHED THEN UPDATE SET title = '${text}', id = ${to}`,
    );
  await settle(stage, own);
  await change(stage, { own, commit: (text) => move(text, ID - 500) });
  await settle(stage, own);
  await change(stage, { own, commit: (text) => move(text, ID) });
  await settle(stage, own);
  await changeUnlogged(stage, { own, isGone: true, commit: () => run(stage, 'DROP TABLE notifications_own') });
  await run(stage, 'ALTER TABLE notifications ADD CONSTRAINT notifications_key PRIMARY KEY (id)');
}
