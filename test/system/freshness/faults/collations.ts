/**
 * Faults of a key whose values SQL takes for equal and bytes do not: by the type `citext`, and by a collation that
 * ignores case. Rows come and go that a page finds by a key which is spelt otherwise.
 */
import type { CheckStage } from '../stage.ts';
import { OWN, slugPage } from '../world.ts';
import { change, type Fault, type OwnCell, run, settle, warm } from './fault.ts';

const CASELESS = `CREATE COLLATION IF NOT EXISTS caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`;
const BACK = 'ALTER TABLE categories ALTER COLUMN slug TYPE varchar(80) COLLATE "default"';

/** How the key of the own category becomes one that ignores case, and how it was before. */
const CASES = [
  {
    begin: 'CREATE EXTENSION IF NOT EXISTS citext; ALTER TABLE categories ALTER COLUMN slug TYPE citext',
    end: `${BACK}; DROP EXTENSION citext`,
  },
  {
    begin: `${CASELESS}; ALTER TABLE categories ALTER COLUMN slug TYPE varchar(80) COLLATE caseless`,
    end: `${BACK}; DROP COLLATION caseless`,
  },
];

/** As the page has it, and as the row does. */
const ASKED = 'oWn';
const WRITTEN = ['OWN', 'Own', 'own'];
const ELSEWHERE = 0;

/** Part of the writing, so that no comparison sees half of it. */
export const collationsFault: Fault = (stage) =>
  stage.ground.writing.run(async () => {
    const own = { cell: { kind: 'category', id: OWN.category }, page: slugPage(ASKED) };
    for (const { begin, end } of CASES) {
      await hide(stage, own);
      await run(stage, begin);
      await settle(stage, own);
      for (const slug of WRITTEN) {
        await rename(stage, own, slug);
        await hide(stage, own);
        await warm(stage, own);
      }
      await run(stage, end);
    }
    await run(stage, `UPDATE categories SET slug = 'own' WHERE id = ${OWN.category}`);
  });

/** The row has the key, spelt otherwise. */
const rename = (stage: CheckStage, own: OwnCell, slug: string, where?: number): Promise<void> =>
  change(stage, {
    own,
    ...(where !== undefined && { where }),
    commit: (text) => run(stage, `UPDATE categories SET name = '${text}', slug = '${slug}' WHERE id = ${OWN.category}`),
  });

const hide = (stage: CheckStage, own: OwnCell): Promise<void> => rename(stage, own, 'another', ELSEWHERE);
