/** A child process that reads one user with a number of transactions: compiled, and with a query for each transaction. */

import { Ledger, withLedger } from 'hotpath/budget/ledger';
import { compiledReads } from 'hotpath/prisma';
import { datamodel } from '#datamodel';
import { buildApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { answerQuestions } from '../../support/child.ts';
import type { RowsScale } from '../../support/document.ts';

/** The seed's first user has 5,000 transactions, whatever its size. */
const ADA = 1;
const LATEST = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

const app = buildApp(loadConfig());
await app.ready();
const compiled = app.prisma.$extends(compiledReads({ model: datamodel, pool: app.pool }));

const ways = {
  async hotpath(children: number): Promise<void> {
    const merchant = { select: { name: true, category: { select: { name: true } } } };
    const transactions = { select: { id: true, amount: true, merchant }, orderBy: LATEST, take: children };
    await compiled.user.json({ where: { id: ADA }, select: { id: true, name: true, transactions } });
  },
  async before(children: number): Promise<void> {
    const { prisma } = app;
    const user = await prisma.user.findUniqueOrThrow({ where: { id: ADA } });
    const rows = await prisma.transaction.findMany({ where: { userId: ADA }, orderBy: LATEST, take: children });
    const transactions: object[] = [];
    for (const row of rows) {
      const merchant = await prisma.merchant.findUniqueOrThrow({ where: { id: row.merchantId } });
      const category = await prisma.category.findUniqueOrThrow({ where: { id: merchant.categoryId } });
      transactions.push({ ...row, merchant: { ...merchant, category } });
    }
    JSON.stringify({ ...user, transactions });
  },
};

interface Question {
  readonly way: keyof typeof ways;
  readonly children: number;
  /** The first is thrown away. */
  readonly times: number;
}

answerQuestions({
  async read({ way, children, times }: Question): Promise<RowsScale> {
    const took: number[] = [];
    let statements = 0;
    for (let time = 0; time <= times; time += 1) {
      const ledger = new Ledger();
      const startedAt = performance.now();
      await withLedger(ledger, () => ways[way](children));
      if (time > 0) took.push(performance.now() - startedAt);
      statements = ledger.statements;
    }
    return { ms: took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)]!, statements };
  },
});
