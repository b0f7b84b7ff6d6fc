/** Loaded before an instance: a route whose answers a shared cache may keep, since the marketplace has none. */

import type { CachePolicy } from 'hotpath/cache/policy';
import { modules } from '../../../src/domain/index.ts';
import type { DomainModule } from '../../../src/domain/module.ts';
import { category } from '../../../src/domain/payments/resource.ts';

/** A time so short that answers are validated, and read again in the background, while the check runs. */
const SECONDS = 2;

const cache: CachePolicy = { ttl: SECONDS, staleWhileRevalidate: 60, scope: 'public', sharedMaxAge: SECONDS };

(modules as DomainModule[]).push({
  name: 'kept',
  resources: [],
  routes: (app) => void app.list('/kept/categories', { resource: category, budget: 1, cache }),
});
