/** A user's home: the posts, and the notifications that are unread. */
import type { ById, Routes } from './routes.ts';

export const homeRoutes: Routes = (app, prisma) => {
  app.get<ById>('/v1/users/:id/home', async ({ params }) => {
    const id = Number(params.id);
    const latestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];
    const user = await prisma.user.findUniqueOrThrow({ where: { id } });
    const posts = await prisma.post.findMany({ where: { authorId: id }, orderBy: latestFirst });
    const all = await prisma.notification.findMany({ where: { userId: id }, orderBy: latestFirst });
    const notifications = all.filter(({ readAt }) => readAt === null);
    return { data: { ...user, posts, notifications, unread: notifications.length } };
  });
};
