/**
 * The resources of projects. Their policies admit every user; the guards of the routes admit only users with a permission
 * (`policy.ts` says why). So nothing outside this module may embed them. A test checks that.
 */
import { everything, SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

const guardedByRoutes = everything('user', 'admin');

export const project = resource('Project', {
  name: 'project',
  version: 'version',
  fields: ['id', 'parentId', 'name', 'description', 'status', 'settings', 'createdAt', 'updatedAt'],
  relations: {
    permissions: { as: 'member', take: 100 },
    activities: { take: 20, sort: '-createdAt' },
    children: { as: 'project summary', take: 50 },
  },
  defaultFields:
    'id,parentId,name,description,status,createdAt,updatedAt,permissions(role,user(id,name)),activities(id,kind,summary,createdAt,user(id,name))',
  sort: 'id',
  policy: guardedByRoutes,
  examples: { parentId: null, name: 'Yard of the north store', description: 'Benches, beds and a cold store.' },
});

/** A project in a list of others. */
export const projectSummary = resource('Project', {
  name: 'project summary',
  version: 'version',
  fields: ['id', 'parentId', 'name', 'description', 'status', 'createdAt', 'updatedAt'],
  defaultFields: 'id,name,status,updatedAt',
  sort: 'id',
  policy: guardedByRoutes,
  examples: { name: 'Yard of the north store' },
});

/** The users with a permission on the project itself; users with a permission above it are not included. */
export const member = resource('Permission', {
  name: 'member',
  version: 'version',
  fields: ['role', 'createdAt', 'updatedAt'],
  relations: { user: { as: 'person' }, grantedBy: { as: 'person' } },
  defaultFields: 'role,createdAt,updatedAt,user(id,name)',
  sort: 'userId',
  policy: guardedByRoutes,
  examples: { role: 'editor' },
});

/** A permission as its holder sees it. It is on the project itself, so the holder may see the project. */
export const membership = resource('Permission', {
  name: 'membership',
  version: 'version',
  fields: ['role', 'createdAt', 'updatedAt'],
  relations: { project: { as: 'project summary' }, grantedBy: { as: 'person' } },
  defaultFields: 'role,project(id,name,status,updatedAt)',
  filters: { role: ['equals', 'in'], 'project.status': ['equals'] },
  sorts: ['projectId'],
  sort: 'projectId',
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  examples: { role: 'editor' },
});

export const activity = resource('Activity', {
  name: 'activity',
  fields: ['id', 'kind', 'summary', 'payload', 'createdAt'],
  relations: { user: { as: 'person' } },
  defaultFields: 'id,kind,summary,payload,createdAt,user(id,name)',
  filters: { kind: ['equals', 'in'], createdAt: ['gte', 'lt'] },
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: guardedByRoutes,
  examples: { kind: 'commented', summary: 'The drawings are ready.', payload: { pages: 12 } },
});
