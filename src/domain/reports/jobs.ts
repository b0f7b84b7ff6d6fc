/** Writing reports, and clearing them away. */

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

/** What a report is about, as it was asked for. */
export interface ReportParameters {
  readonly deviceId?: number;
  readonly since?: string;
  readonly until?: string;
}

export const fileOf = (reportId: string): string => `reports/${reportId}.csv`;

/** Reports of a user come one after the other, and no more than four at a time of all users, so that mails are not late. */
export const laneOf = (userId: number): string => `reports-${userId % 4}`;

/** How long a finished report is kept, and its link is good. */
const KEPT_MS = DAY;

const PROGRESS_MS = 500;

/** The file and what is said of it are the same at every run, but for the time. */
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
    const error = 'The report could not be written. Ask for it again.';
    const expiresAt = new Date(Date.now() + KEPT_MS);
    await prisma.report.updateMany({ where: { id }, data: { status: 'failed', error, expiresAt } });
  },
});

/** The report, unless it is written already, or gone. */
async function begun({ prisma }: Pick<Dependencies, 'prisma'>, id: string) {
  const [report] = await prisma.report.updateManyAndReturn({
    where: { id, status: { not: 'done' } },
    data: { status: 'running', progress: 0, error: null },
    select: { userId: true, kind: true, parameters: true },
  });
  return report;
}

type Begun = NonNullable<Awaited<ReturnType<typeof begun>>>;

/** Writes the file, and says now and then how far it is. @returns how many rows it has. */
async function writeRows(
  dependencies: Dependencies & Run,
  { id, userId, kind, parameters }: Begun & { id: string },
): Promise<number> {
  const { prisma, pool, files, signal } = dependencies;
  const source = reportSource(kind, { userId, ...(parameters as ReportParameters) });
  const tell = paced(async ({ written, total }: Batch) => {
    const progress = Math.min(99, Math.floor((100 * written) / total));
    await prisma.report.updateMany({ where: { id, status: 'running' }, data: { progress } });
  });
  let rows = 0;
  async function* told() {
    for await (const batch of streamRows(pool, source, signal)) {
      rows = batch.written;
      await tell(batch);
      yield batch.rows;
    }
  }
  await files.write(fileOf(id), csvOf(source.header, told()), signal);
  return rows;
}

/** Calls it at most so often, and not while it is at work. */
function paced<A extends unknown[]>(call: (...args: A) => Promise<void>): (...args: A) => Promise<void> {
  let last = 0;
  return async (...args) => {
    if (performance.now() - last < PROGRESS_MS) return;
    await call(...args);
    last = performance.now();
  };
}

const CLEANED_AT_A_TIME = 500;

/** Every hour, removes what has expired, and gives up on what nobody writes any more. */
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
      data: { status: 'failed', error: 'The report was given up.', expiresAt: new Date(now + KEPT_MS) },
    });
    for (;;) {
      signal.throwIfAborted();
      const expired = await prisma.report.findMany({
        where: { expiresAt: { lt: new Date(now) } },
        select: { id: true },
        take: CLEANED_AT_A_TIME,
      });
      // The file first: a file without a report would be found by nobody.
      for (const { id } of expired) await files.remove(fileOf(id));
      await prisma.report.deleteMany({ where: { id: { in: expired.map(({ id }) => id) } } });
      if (expired.length < CLEANED_AT_A_TIME) break;
    }
    await files.sweep(DAY);
  },
});
