/** An index as a line of `schema.prisma`, under the name that Prisma Migrate would give it. */
import type { DataModel, Model } from '../../model/data-model.ts';
import type { IndexCandidate } from './index-candidate.ts';

const LONGEST_NAME = 63;
const LONGEST_CONDITION = 30;

/** The name of an index: Prisma's own, with the words of a condition, which Prisma's name does not have. */
export function indexNameOf({ table, columns, include, where }: IndexCandidate): string {
  const condition = where === undefined ? '' : `_${wordsOf(where).slice(0, LONGEST_CONDITION)}`;
  const end = `${condition}_idx`;
  const start = [table, ...columns.map(({ column }) => column), ...include].join('_');
  return `${start.slice(0, LONGEST_NAME - end.length)}${end}`;
}

/** `read_at_is_null` for `read_at IS NULL`. */
const wordsOf = (condition: string): string =>
  condition
    .toLowerCase()
    .replaceAll('<>', 'not')
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^_|_$/g, '');

/** The model of the line, and the line. */
export interface PrismaIndexLine {
  readonly model: string;
  readonly line: string;
}

/**
 * Undefined for a table of no model. Prisma has no word for INCLUDE and reads these columns as columns of the key, so the
 * line names them there, and the migration needs the SQL.
 */
export function prismaLineOf(dataModel: DataModel, candidate: IndexCandidate): PrismaIndexLine | undefined {
  const model = Object.values(dataModel.models).find(
    ({ table, schema }) => table === candidate.table && (schema === undefined || schema === candidate.schema),
  );
  if (!model) return undefined;
  const keys = candidate.columns.map((each) => partOf(model, candidate, each.column, each.descending));
  const included = candidate.include.map((column) => fieldOf(model, column));
  if ([...keys, ...included].includes(undefined)) return undefined;
  const options = [
    ...(candidate.method === 'gin' ? ['type: Gin'] : []),
    ...(candidate.where === undefined ? [] : [`where: raw(${JSON.stringify(candidate.where)})`]),
    ...(candidate.where === undefined ? [] : [`map: "${indexNameOf(candidate)}"`]),
  ];
  const line = `@@index([${[...keys, ...included].join(', ')}]${options.map((option) => `, ${option}`).join('')})`;
  return { model: model.name, line };
}

function partOf(model: Model, { method }: IndexCandidate, column: string, descending: boolean): string | undefined {
  const field = fieldOf(model, column);
  if (field === undefined || method === 'btree') return field && descending ? `${field}(sort: Desc)` : field;
  return `${field}(ops: raw("gin_trgm_ops"))`;
}

const fieldOf = ({ fields }: Model, column: string): string | undefined =>
  Object.values(fields).find((field) => field.kind === 'scalar' && field.column === column)?.name;
