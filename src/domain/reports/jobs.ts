/** Writing reports, and removing them. */

import { DAY } from 'hotpath';
import type { Run } from 'hotpath/jobs';
import type { Dependencies } from '../../plugins/jobs.ts';
import { job } from '../job.ts';
import { csvOf } from './csv.ts';
import { reportSource } from './sources.ts';
import { type Batch, streamRows } from './stream-rows.ts';

export interface ReportPayload {
  readonly reportId: string;
}

/** The subject of a report, as the client requested it. */
export interface ReportParameters {
  readonly deviceId?: number;
  readonly since?: string;
  readonly until?: string;
}

export const fileOf = (reportId: string): string => `reports/${reportId}.csv`;

/**
 * The reports of one user are written one after the other, and of all users at most four at a time, so that mails are not
 * late.
 */
export const laneOf = (userId: number): string => `reports-${userId % 4}`;

/** How long a finished report is kept. Its link expires at the same time. */
const KEPT_MS = DAY;

const PROGRESS_MS = 500;

/** The file and its description are the same at every run, except the time. */
export const writeReport = job<ReportPayload>({
  name: 'reports.write',
  attempts: 5,
  timeoutMs: 30 * 60_000,
  priority: 10,
  async run({ reportId: id }, dependencies) {
    const { prisma, files, links } = dependencies;
    const report = await begun(dependencies, id);
    if (!report) return;
    const rows = await writeRows(dependencies, { id, ...report });
    const expiresAt = new Date(Date.now() + KEPT_MS);
    const link = links.sign(`/v1/reports/${id}/file`, expiresAt);
    const done = { status: 'done', progress: 100, rows, link, expiresAt, error: null } as const;
    const { count } = await prisma.report.updateMany({ where: { id }, data: done });
    if (count === 0) await files.remove(fileOf(id));
  },
  async dead({ reportId: id }, { prisma }) {
    const error = 'The report could not be written. Request it again.';
    const expiresAt = new Date(Date.now() + KEPT_MS);
    await prisma.report.updateMany({ where: { id }, data: { status: 'failed', error, expiresAt } });
  },
});

/** The report; undefined if it has been written or removed. */
async function begun({ prisma }: Pick<Dependencies, 'prisma'>, id: string) {
  const [report] = await prisma.report.updateManyAndReturn({
    where: { id, status: { not: 'done' } },
    data: { status: 'running', progress: 0, error: null },
    select: { userId: true, kind: true, parameters: true },
  });
  return report;
}

type Begun = NonNullable<Awaited<ReturnType<typeof begun>>>;

/**
 * Writes the file, and records the progress now and then.
 * @returns its number of rows.
 */
async function writeRows(
  dependencies: Dependencies & Run,
  { id, userId, kind, parameters }: Begun & { id: string },
): Promise<number> {
  const { prisma, pool, files, signal } = dependencies;
  const source = reportSource(kind, { userId, ...(parameters as ReportParameters) });
  const saveProgress = paced(async ({ written, total }: Batch) => {
    const progress = Math.min(99, Math.floor((100 * written) / total));
    await prisma.report.updateMany({ where: { id, status: 'running' }, data: { progress } });
  });
  let rows = 0;
  async function* rowsOfBatches() {
    for await (const batch of streamRows(pool, source, signal)) {
      rows = batch.written;
      await saveProgress(batch);
      yield batch.rows;
    }
  }
  await files.write(fileOf(id), csvOf(source.header, rowsOfBatches()), signal);
  return rows;
}

/** Calls it at most once in this time, and not while a call is running. */
function paced<A extends unknown[]>(call: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  let last = 0;
  return async (...args) => {
    if (performance.now() - last < PROGRESS_MS) return;
    await call(...args);
    last = performance.now();
  };
}

const CLEANED_AT_A_TIME = 500;

/** Every hour, removes expired reports, and gives up on reports that no worker writes any longer. */
export const cleanReports = job({
  name: 'reports.clean',
  attempts: 5,
  timeoutMs: 10 * 60_000,
  schedule: '15 * * * *',
  priority: 10,
  async run(_payload, { prisma, files, signal }) {
    const now = Date.now();
    await prisma.report.updateMany({
      where: { status: { in: ['queued', 'running'] }, updatedAt: { lt: new Date(now - 7 * DAY) } },
      data: { status: 'failed', error: 'The service gave up on the report.', expiresAt: new Date(now + KEPT_MS) },
    });
    for (;;) {
      signal.throwIfAborted();
      const expired = await prisma.report.findMany({
        where: { expiresAt: { lt: new Date(now) } },
        select: { id: true },
        take: CLEANED_AT_A_TIME,
      });
      // The file first: no later run would find a file without a report.
      for (const { id } of expired) await files.remove(fileOf(id));
      await prisma.report.deleteMany({ where: { id: { in: expired.map(({ id }) => id) } } });
      if (expired.length < CLEANED_AT_A_TIME) break;
    }
    await files.sweep(DAY);
  },
});
