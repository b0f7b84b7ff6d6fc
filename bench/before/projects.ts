/** A project's page: its members and its activities, each with the user. */
import type { Prisma, PrismaClient } from '#client';
import type { ById, Routes } from './routes.ts';

export const projectRoutes: Routes = (app, prisma) => {
  app.get<ById>('/v1/projects/:id', async ({ params }) => {
    const id = Number(params.id);
    const project = await prisma.project.findUniqueOrThrow({ where: { id } });
    const permissions = await prisma.permission.findMany({ where: { projectId: id }, orderBy: { userId: 'asc' } });
    const activities = await prisma.activity.findMany({
      where: { projectId: id },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
    return {
      data: {
        ...project,
        permissions: await withUsers(prisma, permissions),
        activities: await withUsers(prisma, activities),
      },
    };
  });

  app.post<ById<Pick<Prisma.ActivityUncheckedCreateInput, 'kind' | 'summary'>>>(
    '/v1/projects/:id/activities',
    async ({ params, body }, reply) => {
      const project = await prisma.project.findUniqueOrThrow({ where: { id: Number(params.id) } });
      reply.code(201);
      return { data: await prisma.activity.create({ data: { ...body, projectId: project.id, userId: 1 } }) };
    },
  );
};

async function withUsers<Row extends { userId: number }>(
  prisma: PrismaClient,
  rows: readonly Row[],
): Promise<object[]> {
  const complete: object[] = [];
  for (const row of rows) {
    complete.push({ ...row, user: await prisma.user.findUniqueOrThrow({ where: { id: row.userId } }) });
  }
  return complete;
}
