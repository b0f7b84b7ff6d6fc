/** Projects: work in a tree, with permissions and activities. */
import type { FastifyInstance } from 'fastify';
import type { FixedFields, Viewer } from 'hotpath';
import type { DomainModule } from '../module.ts';
import { metadata } from './cache.ts';
import { mustHaveRole } from './policy.ts';
import { activity, member, membership, project, projectSummary } from './resource.ts';
import { projectWrites } from './routes.ts';

const seenBy =
  (app: FastifyInstance, field: string) =>
  (viewer: Viewer, fixed: FixedFields): Promise<void> =>
    mustHaveRole(app.hotpath, viewer, { projectId: fixed[field] as number, role: 'viewer' });

export const projects: DomainModule = {
  name: 'projects',
  resources: [project, projectSummary, member, membership, activity],
  writes: { Permission: ['INSERT', 'UPDATE', 'DELETE'], Project: ['UPDATE'], Activity: ['INSERT'] },
  routes(app) {
    const guard = seenBy(app, 'projectId');
    app.item('/projects/:id', { resource: project, budget: 2, guard: seenBy(app, 'id'), cache: metadata });
    app.list('/projects/:id/activities', { resource: activity, budget: 2, where: { projectId: 'id' }, guard });
    app.item('/projects/:id/activities/:activityId', {
      resource: activity,
      budget: 2,
      where: { projectId: 'id', id: 'activityId' },
      guard,
    });
    app.item('/projects/:id/permissions/:userId', {
      resource: member,
      budget: 2,
      where: { projectId: 'id', userId: 'userId' },
      guard,
      cache: metadata,
    });
    // The list has the projects on which the user has a permission. The `children` of each lead to the projects below.
    app.list('/users/:id/projects', { resource: membership, budget: 1, where: { userId: 'id' } });
    projectWrites(app);
  },
};
