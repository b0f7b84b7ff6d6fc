/** Accounts: who people are. */
import type { Module } from '../module.ts';
import { person, user } from './resource.ts';

export const accounts: Module = {
  name: 'accounts',
  resources: [user, person],
  routes(app) {
    app.item('/users/:id', { resource: user, budget: 1 });
    app.list('/users', { resource: user, budget: 1 });
  },
};
