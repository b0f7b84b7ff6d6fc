/**
 * A column's value as it leaves PostgreSQL for a writer of JSON (`../rows`): in the binary format where the writer knows it.
 *
 * PostgreSQL writes a type that the writer does not know as JSON: a type whose text depends on more than its bytes (`inet`,
 * `xml`), or takes as long there (`real`, whose shortest digits only PostgreSQL's own code is sure to find).
 */
import type { DataModel, ScalarField } from '../../model/data-model.ts';
import type { FieldLayout, ScalarLayout } from '../rows/layout.ts';
import type { Columns } from './columns.ts';
import { operandOf } from './native.ts';
import { output, type ValueType } from './output.ts';

const AS_JSON = ['Real', 'Inet', 'Xml', 'Bit', 'VarBit'];

export const isWrittenByPostgres = ({ native }: ValueType): boolean => AS_JSON.includes(native?.name ?? '');

const CITEXT = 'Citext';

/** Where values are selected. */
export interface OutputPlace {
  readonly columns: Columns;
  /** Whether they become elements of arrays. */
  readonly isElement: boolean;
}

export function fieldOutput(dataModel: DataModel, type: ValueType, value: string, place: OutputPlace): FieldLayout {
  if (isWrittenByPostgres(type))
    return { kind: 'json', column: place.columns.add(`to_json(${output(dataModel, type, value)})`) };
  const text = operandOf(type, value);
  if (!type.list || !place.isElement) return scalarLayout(dataModel, type, place.columns.add(text));
  // An array of arrays would have as many dimensions, all of one length.
  return { ...scalarLayout(dataModel, type, place.columns.add(`ROW(${text})`)), isWrapped: true };
}

export function scalarLayout({ enums }: DataModel, type: ValueType, column: number): ScalarLayout {
  const layout = { kind: 'scalar', column, type: type.type, list: type.list } as const;
  const isFolded = type.native?.name === CITEXT;
  return type.type === 'Enum' ? { ...layout, isFolded, values: enums[type.enum!]!.values } : { ...layout, isFolded };
}

/** Types whose binary format gives the value to its last digit. Of the others PostgreSQL writes a text. */
const EXACT = ['String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Enum'];
const NOT_EXACT = [...AS_JSON, CITEXT, 'Time', 'Timetz'];

/** A value that is to be compared with later. */
export function exactOutput(dataModel: DataModel, field: ScalarField, value: string, columns: Columns): ScalarLayout {
  const isExact = EXACT.includes(field.type) && !field.list && !NOT_EXACT.includes(field.native?.name ?? '');
  const operand = operandOf(field, value);
  if (isExact) return scalarLayout(dataModel, field, columns.add(operand));
  return scalarLayout(dataModel, { type: 'String', list: false }, columns.add(`${operand}::text`));
}
