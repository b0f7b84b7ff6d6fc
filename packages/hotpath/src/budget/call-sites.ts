/**
 * Call sites for Prisma: an extension that tells the ledger which line of code asked. Prisma sends a statement long
 * after the call, from a stack of its own, but keeps the place of the call for its error messages.
 */
import { Prisma } from '@prisma/client/extension';
import { from } from './ledger.ts';

interface InternalParameters {
  readonly __internalParams?: { readonly callsite?: { getLocation(): Location | null } };
}

interface Location {
  readonly fileName: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export const callSites = Prisma.defineExtension({
  name: 'hotpath call sites',
  query: {
    $allOperations({ args, query, ...rest }) {
      const place = (rest as InternalParameters).__internalParams?.callsite?.getLocation();
      const site = place
        ? `${place.fileName.replace('file://', '')}:${place.lineNumber}:${place.columnNumber}`
        : undefined;
      // Prisma's promises do nothing until they are awaited, which has to happen in here.
      return from(site, async () => await query(args));
    },
  },
});
