/** Feed: what people write, and what they are told. */
import type { Module } from '../module.ts';
import { notification, post } from './resource.ts';

export const feed: Module = {
  name: 'feed',
  resources: [post, notification],
  routes(app) {
    app.list('/users/:id/posts', { resource: post, budget: 1, where: { authorId: 'id' } });
    app.list('/users/:id/notifications', { resource: notification, budget: 1, where: { userId: 'id' } });
  },
};
