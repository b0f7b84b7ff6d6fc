/** The latest readings of a device, each with the device. */
import type { Prisma } from '#client';
import type { ById, Routes } from './routes.ts';

type NewReading = Omit<Prisma.ReadingUncheckedCreateInput, 'deviceId'>;

export const readingRoutes: Routes = (app, prisma) => {
  app.get<ById & { Querystring: { since: string; until: string } }>(
    '/v1/devices/:id/readings',
    async ({ params, query }) => {
      const device = await prisma.device.findUniqueOrThrow({ where: { id: Number(params.id) } });
      const rows = await prisma.reading.findMany({
        where: { deviceId: device.id, timestamp: { gte: new Date(query.since), lt: new Date(query.until) } },
        orderBy: { timestamp: 'desc' },
      });
      const readings: object[] = [];
      for (const row of rows) {
        readings.push({ ...row, device: await prisma.device.findUnique({ where: { id: row.deviceId } }) });
      }
      return { data: readings };
    },
  );

  app.post<ById<{ readings: readonly NewReading[] }>>('/v1/devices/:id/readings', async ({ params, body }, reply) => {
    const deviceId = Number(params.id);
    for (const reading of body.readings) {
      const { timestamp } = reading;
      const where = { deviceId_timestamp: { deviceId, timestamp } };
      await prisma.reading.upsert({ where, create: { ...reading, deviceId }, update: {} });
    }
    reply.code(201);
    return { data: { received: body.readings.length } };
  });
};
