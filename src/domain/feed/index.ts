/** Feed: the users' posts and notifications. */
import type { DomainModule } from '../module.ts';
import { homes } from './cache.ts';
import { home, notification, post } from './resource.ts';
import { feedWrites } from './routes.ts';

export const feed: DomainModule = {
  name: 'feed',
  resources: [home, post, notification],
  writes: { Post: ['INSERT'], Notification: ['UPDATE'] },
  routes(app) {
    app.item('/users/:id/home', { resource: home, budget: 1, cache: homes });
    app.item('/posts/:id', { resource: post, budget: 1 });
    app.item('/notifications/:id', { resource: notification, budget: 1 });
    app.list('/users/:id/posts', { resource: post, budget: 1, where: { authorId: 'id' } });
    app.list('/users/:id/notifications', { resource: notification, budget: 1, where: { userId: 'id' } });
    feedWrites(app);
  },
};
