/** Reports: exports that are too long for a page. A job writes each to a file. */
import type { DomainModule } from '../module.ts';
import { cleanReports, writeReport } from './jobs.ts';
import { report } from './resource.ts';
import { downloadRoute, reportWrites } from './routes.ts';

export const reports: DomainModule = {
  name: 'reports',
  resources: [report],
  writes: { Report: ['INSERT', 'UPDATE', 'DELETE'] },
  jobs: [writeReport, cleanReports],
  routes(app) {
    app.item('/reports/:id', { resource: report, budget: 1 });
    app.list('/users/:id/reports', { resource: report, budget: 1, where: { userId: 'id' } });
    downloadRoute(app);
    reportWrites(app);
  },
};
