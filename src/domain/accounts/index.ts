/** Accounts: the users. */
import type { DomainModule } from '../module.ts';
import { profile } from './cache.ts';
import { person, user } from './resource.ts';
import { accountWrites } from './routes.ts';

export const accounts: DomainModule = {
  name: 'accounts',
  resources: [user, person],
  writes: { User: ['UPDATE'] },
  routes(app) {
    app.item('/users/:id', { resource: user, budget: 1, cache: profile });
    app.list('/users', { resource: user, budget: 1 });
    accountWrites(app);
  },
};
