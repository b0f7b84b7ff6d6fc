/**
 * Call sites for Prisma: an extension that reports the calling line of code to the ledger. Prisma sends a statement
 * long after the call, from a stack of its own, but keeps the place of the call for its error messages (unless its
 * `errorFormat` is `minimal`, the default with `NODE_ENV=production`).
 *
 *     const prisma = new PrismaClient({ adapter: new PrismaPg(pool) }).$extends(callSites);
 */
import { Prisma } from '@prisma/client/extension';
import { fromLine } from '../budget/call-site.ts';
import { currentLedger } from '../budget/ledger.ts';
import { callPlaceOf } from '../compile/prisma-internals.ts';

export const callSites = Prisma.defineExtension({
  name: 'hotpath call sites',
  query: {
    $allOperations({ args, query, ...rest }) {
      if (!currentLedger()?.keepsSites) return query(args);
      // Prisma's promises do nothing until they are awaited, so the await must happen in here.
      return fromLine(callPlaceOf(rest), async () => await query(args));
    },
  },
});
