/**
 * `hotpath`: the functions with which a team writes its resources, policies and routes.
 *
 *     export const post = resources<Prisma.TypeMap>()('Post', {
 *       name: 'post',
 *       fields: ['id', 'title', 'authorId'],
 *       defaultFields: 'id,title',
 *       sort: 'id',
 *       policy: { user: { rows: { authorId: SUBJECT } }, editor: {} },
 *     });
 */
export { type Needs, type NeedsOptions, needsOf, type Privilege, type TableNeed, type Writes } from './access/needs.ts';
export { CountingPool as Pool } from './budget/counting-pool.ts';
export { AWAY, Breaker } from './cache/breaker.ts';
export type { FactQuery } from './cache/facts.ts';
export type { CachePolicy } from './cache/policy.ts';
export type { Computed } from './compile/computed.ts';
export { READ_AT } from './compile/sql/read-at.ts';
export { type Watched, type WatchedTable, watch } from './freshness/watched.ts';
export { attachment } from './http/attachment.ts';
export { type BearerRules, bearerViewer, signBearer } from './http/bearer-token.ts';
export {
  defineErrors,
  type ErrorDefinitions,
  type ErrorName,
  type ErrorRegistry,
  isRequestError,
  type RequestError,
  requestError,
} from './http/errors.ts';
export { etagOf } from './http/etag.ts';
export { uri } from './http/links.ts';
export { type Bounds, DEFAULT_BOUNDS } from './resource/bounds.ts';
export type { FixedFields } from './resource/fixed.ts';
export { everything, type Grant, nobody, type Policy, type RowCondition, SUBJECT } from './resource/policy.ts';
export { DeclarationError, Registry } from './resource/registry.ts';
export {
  type Count,
  type Embedding,
  type FilterOperator,
  type Resource,
  type ResourceDeclaration,
  resources,
  type TypeMapLike,
} from './resource/resource.ts';
export { PUBLIC, type Viewer } from './resource/viewer.ts';
export { DAY, HOUR, type Window } from './resource/window.ts';
export { SessionSettingsError, schemaOf } from './session/settings.ts';
