import { SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

/** A report: its progress, and its file once it is done. */
export const report = resource('Report', {
  name: 'report',
  fields: [
    'id',
    'kind',
    'status',
    'parameters',
    'progress',
    'rows',
    'link',
    'error',
    'expiresAt',
    'createdAt',
    'updatedAt',
  ],
  defaultFields: 'id,kind,status,parameters,progress,rows,link,error,expiresAt,createdAt',
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  examples: {
    id: '019a0f3c-5b7e-7c41-9d2e-3f6a1b8c4d5e',
    kind: 'transactions',
    status: 'done',
    parameters: { since: '2026-01-01T00:00:00Z' },
    progress: 100,
    rows: 1204,
    link: '/v1/reports/019a0f3c-5b7e-7c41-9d2e-3f6a1b8c4d5e/file?expires=1767225600&signature=3q2-7w',
    error: null,
  },
});
