/** The ways to answer one request: the dashboard of a user, as the JSON text that a route would send. */

import type { Statement } from 'hotpath/compile/compile';
import { readRow } from 'hotpath/fastify';
import type { Prisma } from '#client';
import type { App } from '../../../src/app.ts';
import { dashboard } from '../../../src/domain/payments/resource.ts';
import type { Answer } from './answer.ts';
import { drizzleAnswer } from './drizzle.ts';

export const CONTENDERS: Readonly<Record<string, (app: App) => Answer | Promise<Answer>>> = {
  prismaQuery: (app) => (userId) => prisma(app, userId, 'query'),
  prismaJoin: (app) => (userId) => prisma(app, userId, 'join'),
  drizzle: drizzleAnswer,
  compiled: (app) => (userId) => dashboardOf(app, userId),
  compiledStatement: prepared,
};

const ADMIN = { subject: '1', role: 'admin' };
const LATEST = [{ createdAt: 'desc' }, { id: 'desc' }] satisfies Prisma.TransactionOrderByWithRelationInput[];

const select = {
  id: true,
  name: true,
  email: true,
  avatarUrl: true,
  transactions: {
    orderBy: LATEST,
    take: 50,
    select: {
      id: true,
      amount: true,
      currency: true,
      status: true,
      createdAt: true,
      merchant: { select: { name: true, category: { select: { name: true } } } },
    },
  },
  totals: {
    orderBy: [{ total: 'desc' }, { categoryId: 'asc' }],
    take: 100,
    select: { category: true, total: true, count: true },
  },
} satisfies Prisma.UserSelect;

async function prisma(app: App, id: number, relationLoadStrategy: 'query' | 'join'): Promise<string> {
  return JSON.stringify(await app.prisma.user.findUnique({ where: { id }, select, relationLoadStrategy }));
}

async function dashboardOf({ hotpath }: App, userId: number): Promise<string> {
  return (await readRow(hotpath, { resource: dashboard, where: { id: userId }, viewer: ADMIN })).json!;
}

/** The statement that the service sends for a user's dashboard. It is named from its second use on. */
export async function sentStatement(app: App, userId: number): Promise<Statement> {
  const { hotpath } = app;
  const { execute } = hotpath;
  let sent: Statement | undefined;
  const spy = (statement: Statement) => {
    sent = statement;
    return execute(statement);
  };
  Object.assign(hotpath, { execute: spy });
  for (let use = 1; use <= 2; use += 1)
    await readRow(hotpath, { resource: dashboard, where: { id: userId }, viewer: ADMIN });
  Object.assign(hotpath, { execute });
  return sent!;
}

/** The answers to a statement in another text, which means the same to PostgreSQL. */
export async function answersInText(app: App, text: string, users: readonly number[]): Promise<string[]> {
  const { asJson: _, name: __, ...sent } = await sentStatement(app, 1);
  const answers: string[] = [];
  for (const user of users) answers.push((await app.hotpath.execute({ ...sent, text, values: [user] })).json!);
  return answers;
}

async function prepared(app: App): Promise<Answer> {
  const { asJson: _, ...sent } = await sentStatement(app, 1);
  if (sent.name === undefined || sent.values.length !== 1)
    throw new Error('The dashboard is not a prepared statement of one value.');
  return async (userId) => (await app.hotpath.execute({ ...sent, values: [userId] })).json!;
}
