/**
 * `hotpath/testing`: proofs for a team's own tests, in any runner. Each throws an AssertionError that names the failed
 * claim, the place and the remedy.
 *
 *     const as = { public: {}, alice: { authorization: … }, bob: { authorization: … } };
 *
 *     test('statements are constant', () => constantStatements({ app, as }));
 *     test('plans use indexes', () => indexedPlans({ app, as }));
 *     test('pages are whole', () => pages({ app, as }));
 *     test('policies hold', () => policies({ app, as }));
 *     test('the cache is never stale', () => soundFreshness({ app, as, writes: 50 }));
 *     test('SQL', async () => expect(await statementSnapshots({ app, as })).toMatchSnapshot());
 *
 * The proofs send requests to the read routes of a real server on a real database. The database must have rows, and be
 * for tests alone.
 */
export { type ConstantStatementsOptions, constantStatements, type RouteCost } from './constant-statements.ts';
export { type AcceptedPlan, type IndexedPlansOptions, indexedPlans, type PlanReport } from './indexed-plans.ts';
export type { OwnerOptions } from './owner.ts';
export { type PagesOptions, pages, type Walked } from './pages.ts';
export { type PoliciesOptions, type PolicyReport, policies } from './policies.ts';
export type { ProofOptions } from './proof.ts';
export { type FreshnessReport, type SoundFreshnessOptions, soundFreshness } from './sound-freshness.ts';
export { statementSnapshots } from './statement-snapshots.ts';
