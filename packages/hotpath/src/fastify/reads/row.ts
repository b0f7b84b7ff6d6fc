/** One row as a viewer may see it, for handlers that write: `createOnce`, `changeRow` and `sendChanged` answer with it. */
import type { ReadRow, Statement } from '../../compile/compile.ts';
import type { FixedFields } from '../../resource/fixed.ts';
import type { Resource } from '../../resource/resource.ts';
import type { Viewer } from '../../resource/viewer.ts';
import type { Hotpath } from '../instance.ts';
import { executeIn, type RawQueries } from '../prisma-client.ts';
import { itemRequest } from './read-kinds.ts';

/** One row of a resource, as a viewer may see it. */
export interface RowPlace {
  readonly resource: Resource;
  readonly where: FixedFields;
  readonly viewer: Viewer;
}

/** The statement that reads one row in its resource's default fields, as the viewer may see it. */
export const rowStatement = (
  { selections, compiler }: Pick<Hotpath, 'selections' | 'compiler'>,
  place: RowPlace,
): Statement => compiler.compile(itemRequest(selections.item({ ...place, query: {} })));

type RowReading = Pick<Hotpath, 'selections' | 'compiler' | 'qualified' | 'execute'>;

/**
 * One row in its resource's default fields, as the viewer may see it. Inside a transaction, the read sees the state of
 * that transaction.
 */
export async function readRow(reading: RowReading, place: RowPlace, tx?: RawQueries): Promise<ReadRow> {
  if (!tx) return reading.execute(rowStatement(reading, place));
  const { selections, qualified } = reading;
  return executeIn(tx)(rowStatement({ selections, compiler: qualified.compiler }, place));
}
