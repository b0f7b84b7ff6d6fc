/** Requesting a report, and downloading its file. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { attachment, requestError, uri, type Viewer } from 'hotpath';
import { createOnce, KEY_STATEMENTS, readRow } from 'hotpath/fastify';
import { ENQUEUEING_STATEMENTS, enqueue, task } from 'hotpath/jobs';
import Type from 'typebox';
import type { Prisma } from '#client';
import { exactly, id, ROW_BYTES, time } from '../body.ts';
import { device } from '../devices/index.ts';
import { mustBeUser } from '../viewer.ts';
import { fileOf, laneOf, type ReportParameters, writeReport } from './jobs.ts';
import { report } from './resource.ts';

const newReport = exactly(
  {
    kind: Type.Enum(['transactions', 'readings']),
    deviceId: Type.Optional(id),
    since: Type.Optional(time),
    until: Type.Optional(time),
  },
  { kind: 'transactions', since: '2026-01-01T00:00:00Z' },
);

interface NewReport extends ReportParameters {
  readonly kind: 'transactions' | 'readings';
}

/** The look at the user's other reports, the check of the device, the insert of the report, and the read of the report. */
const ASKING_STATEMENTS = 4;
/** Users share the workers, and a report is a file that is kept for a day. */
const MOST_UNFINISHED = 20;

export function reportWrites(app: FastifyInstance): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/reports',
    {
      schema: { body: newReport },
      bodyLimit: ROW_BYTES,
      config: {
        budget: ASKING_STATEMENTS + ENQUEUEING_STATEMENTS + KEY_STATEMENTS,
        reply: { resource: report, status: 202 },
      },
    },
    async ({ viewer, body }, reply) => {
      const userId = mustBeUser(viewer);
      mustFit(body);
      return createOnce(reply, async (tx) => {
        await mustWaitForOthers(reply, userId, tx);
        await mustSeeDevice(app, { viewer, deviceId: body.deviceId }, tx);
        const { kind, ...parameters } = body;
        const { id } = await tx.report.create({ data: { userId, kind, parameters }, select: { id: true } });
        await enqueue(tx, task(writeReport, { reportId: id }, laneOf(userId)));
        return { resource: report, where: { id }, location: uri`/v1/reports/${id}`, status: 202 };
      });
    },
  );
}

/** @throws `invalidRequest` for a report without a subject. */
function mustFit({ kind, deviceId, since, until }: NewReport): void {
  const misfit =
    (kind === 'readings' &&
      deviceId === undefined &&
      (['/deviceId', 'must name the device of the readings'] as const)) ||
    (kind === 'transactions' && deviceId !== undefined && (['/deviceId', 'does not apply to transactions'] as const)) ||
    (since && until && Date.parse(since) >= Date.parse(until) && (['/since', 'must be before until'] as const));
  if (!misfit) return;
  const [pointer, detail] = misfit;
  throw requestError('invalidRequest', `${pointer}: ${detail}`, [{ pointer, detail }]);
}

/** @throws `rateLimited` for a user with many reports that are not finished. */
async function mustWaitForOthers(reply: FastifyReply, userId: number, tx: Prisma.TransactionClient): Promise<void> {
  const unfinished = await tx.report.findMany({
    where: { userId, status: { in: ['queued', 'running'] } },
    select: { id: true },
    take: MOST_UNFINISHED,
  });
  if (unfinished.length < MOST_UNFINISHED) return;
  reply.header('retry-after', '60');
  throw requestError('rateLimited', `You have ${MOST_UNFINISHED} reports that are not finished; wait for one of them.`);
}

interface AskedDevice {
  readonly viewer: Viewer;
  readonly deviceId: number | undefined;
}

/** A viewer may export the readings of a device if the device's policy admits the viewer. */
async function mustSeeDevice(
  app: FastifyInstance,
  { viewer, deviceId }: AskedDevice,
  tx: Prisma.TransactionClient,
): Promise<void> {
  if (deviceId === undefined) return;
  const { json } = await readRow(app.hotpath, { resource: device, where: { id: deviceId }, viewer }, tx);
  if (json === null) throw requestError('notFound', 'There is no such device.');
}

const linkQuery = exactly({ expires: Type.Integer(), signature: Type.String({ maxLength: 100 }) });
const reportParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

/**
 * The file of a report, for every client with the link to it. The API document does not list the route: the link contains it.
 */
export function downloadRoute(app: FastifyInstance): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .get(
      '/reports/:id/file',
      { schema: { hide: true, params: reportParams, querystring: linkQuery }, config: { budget: 0 } },
      async (request, reply) => {
        const state = app.links.verify(request.url.split('?', 1)[0]!, request.query);
        if (state === 'forged') throw requestError('forbidden', 'The signature of this link is invalid.');
        if (state === 'expired') throw requestError('linkExpired', 'This link has expired.');
        const { id } = request.params;
        const file = await app.files.read(fileOf(id));
        if (!file) throw requestError('notFound', 'The file no longer exists.');
        return reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', attachment(`report-${id}.csv`))
          .header('cache-control', 'private, no-store')
          .send(file.body);
      },
    );
}
