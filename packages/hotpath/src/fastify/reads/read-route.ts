/** A read route as it is declared: `app.item(path, route)` and `app.list(path, route)`. */
import type { CachePolicy } from '../../cache/policy.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import type { PathFields } from '../../resource/route-place.ts';
import type { Viewer } from '../../resource/viewer.ts';

export interface ReadRoute {
  /** The resource whose rows the route answers with; one of those that the plugin was given. */
  readonly resource: Resource;
  /** The number of statements that a request may send. */
  readonly budget: number;
  /**
   * Fields that the path fixes, each with the parameter that contains its value: `{ userId: 'id' }`. Without it each
   * parameter of an item's path contains the field of its own name, and a list's path has none.
   */
  readonly where?: PathFields;
  /**
   * Called on every request before anything is read, for a rule that no policy can state. It throws to refuse the
   * viewer.
   */
  readonly guard?: (viewer: Viewer, fixed: FixedFields) => Promise<void>;
  /** How long the cache may serve its answers; without it each request reads the database. */
  readonly cache?: CachePolicy;
}
