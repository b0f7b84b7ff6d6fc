/** Faults that are much work at once. */
import type { CheckStage } from '../stage.ts';
import { change, type Faults, ownName, withClient } from './fault.ts';

const QUESTIONS = 2000;
const AT_ONCE = 16;
const SINGLE_ROWS = 30_000;
const ROWS = 50_000;
const POST = `INSERT INTO posts (author_id, title, body)`;

export const LOAD_FAULTS: Faults = {
  // Strangers ask thousands of questions, each of them once.
  async flood(stage) {
    let asked = 0;
    const ask = async () => {
      while (asked < QUESTIONS) {
        asked += 1;
        await askOnce(stage, asked);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
  },
  // Rows by the ten thousand, one by one, in one statement, and thrown away in one; each beside a write that is read.
  burst: (stage) =>
    stage.ground.writing.run(async () => {
      const loop = `FOR i IN 1..${SINGLE_ROWS} LOOP ${POST} VALUES (1 + i % 10, 'b', ''); END LOOP`;
      await commitWith(stage, `DO $$ BEGIN ${loop}; END $$`);
      await commitWith(stage, `${POST} SELECT 1 + i % 10, 'b', '' FROM generate_series(1, ${ROWS}) AS i`);
      await commitWith(stage, 'DELETE FROM posts');
    }),
};

async function askOnce({ ground, tally }: CheckStage, number: number): Promise<void> {
  const instance = ground.instances[number % ground.instances.length]!;
  const price = (ground.random.next() * 1000).toFixed(6);
  const path = `/v1/products?fields=id&limit=1&price[lt]=${price}`;
  const reply = await ground.ask({ address: instance.address, path, headers: {} }).catch(() => undefined);
  tally.reads += 1;
  if (reply?.status !== 200) tally.failures.push(`GET ${path}: ${reply?.status} ${reply?.body}`);
}

/** A write of the own row in the same transaction shows whether the rest of it hides anything. */
async function commitWith(stage: CheckStage, statement: string): Promise<void> {
  const own = ownName();
  await change(stage, {
    own,
    commit: (text) =>
      withClient(stage, async (client) => {
        await client.query(`BEGIN; ${statement}`);
        await client.query(`UPDATE users SET name = '${text}' WHERE id = ${own.cell.id}; COMMIT`);
      }),
  });
}
