/**
 * A Prisma schema drawn for its names: a few models with relations of every kind, keys, enums and a view, whose names
 * in the schema and in the database come from the pools.
 *
 * Constraints and indexes have plain names of their own, since Prisma cuts the names that it makes for them.
 */
import { type Draw, integer, once, pick } from '../draw.ts';
import { NamePools, Names } from './name-pools.ts';

/** The names that Prisma rejects for models and enums. */
const RESERVED = [
  ...[
    'PrismaClient',
    'Prisma',
    'AND',
    'OR',
    'NOT',
    'async',
    'await',
    'break',
    'case',
    'catch',
    'class',
    'const',
    'continue',
    'debugger',
    'default',
  ],
  ...['delete', 'do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements'],
  ...['import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private', 'protected', 'public'],
  ...['return', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'using', 'var', 'void', 'while', 'with'],
  ...['yield', 'String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes', 'Unsupported'],
];
/** Names of PostgreSQL's types: Prisma writes the type of an enum without its schema, so PostgreSQL would use its own type. */
const BUILT_IN_TYPES = ['xid', 'json', 'jsonb', 'record', 'trigger', 'name', 'path'];
/**
 * Names of filters: Prisma's query compiler panics if a field has one of them. And `constructor`: for a row with such a field, Prisma
 * Client returns times and BigInts as objects of its own.
 */
const RESERVED_FIELDS = ['AND', 'OR', 'NOT', 'and', 'or', 'not', 'constructor'];
/** Names of PostgreSQL's system columns, and of the table of Prisma Migrate. */
const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];
const OWN_TABLES = ['_prisma_migrations'];

const KEY_TYPES = ['Int', 'BigInt', 'String', 'String @db.Uuid', 'DateTime @db.Date', 'String @db.VarChar(20)'];
const TYPES = [
  ...['Int', 'String', 'Boolean', 'Float', 'Decimal', 'Json', 'Bytes', 'BigInt', 'DateTime', 'String @db.Citext'],
  ...['DateTime @db.Timestamptz(6)', 'Decimal @db.Money', 'String @db.Char(6)', 'Json @db.Json'],
];

interface Field {
  readonly name: string;
  /** For example `String @db.Uuid`. */
  readonly type: string;
}

interface DrawnModel {
  readonly name: string;
  readonly kind: 'model' | 'view';
  readonly key: readonly Field[];
  /** The names of fields and columns: Prisma rejects a column with the name of another field. */
  readonly names: Names;
  readonly lines: string[];
}

/** @param words the names in the project's own SQL. @returns the text of the schema. */
export function drawSchema(draw: Draw, words: readonly string[]): string {
  return new SchemaDrawing(draw, words).text();
}

class SchemaDrawing {
  readonly #draw: Draw;
  readonly #pools: NamePools;
  /** The names of models, enums, tables and types. Models that differ only in the first letter would share a delegate. */
  readonly #types = new Names([...RESERVED, ...OWN_TABLES, ...BUILT_IN_TYPES], (name) => name.toLowerCase());
  readonly #relations = new Names();
  readonly #enums: string[] = [];
  readonly #models: DrawnModel[] = [];
  readonly #blocks: string[] = [];
  readonly #schemas: readonly string[];
  #constraints = 0;

  constructor(draw: Draw, words: readonly string[]) {
    this.#draw = draw;
    this.#pools = new NamePools(draw, words);
    const schemas = new Names(['public', 'information_schema']);
    this.#schemas = once(draw, 2) ? ['public', this.#pools.mapped(schemas)] : [];
  }

  text(): string {
    for (let count = integer(this.#draw, 1, 2); count > 0; count -= 1) this.#addEnum();
    for (let count = integer(this.#draw, 3, 4); count > 0; count -= 1) this.#addModel('model');
    for (let count = integer(this.#draw, 3, 6); count > 0; count -= 1) this.#addRelation();
    if (once(this.#draw, 2)) this.#addModel('view');
    const schemas = this.#schemas.length > 0 ? `\n  schemas = [${this.#schemas.map(quoted).join(', ')}]` : '';
    const models = this.#models.map(({ kind, name, lines }) => block(kind, name, lines));
    return [`datasource db {\n  provider = "postgresql"${schemas}\n}`, ...this.#blocks, ...models, ''].join('\n\n');
  }

  #addEnum(): void {
    const name = this.#pools.identifier(this.#types);
    const values = new Names(RESERVED);
    const lines = Array.from({ length: integer(this.#draw, 2, 4) }, () => {
      const value = this.#pools.identifier(values);
      return value + map('@map', this.#pools.mappedOrNot(values));
    });
    this.#blocks.push(block('enum', name, [...lines, ...this.#place()]));
    this.#enums.push(name);
  }

  #addModel(kind: DrawnModel['kind']): void {
    const name = this.#pools.identifier(this.#types);
    const names = new Names([...RESERVED_FIELDS, ...SYSTEM_COLUMNS]);
    const key = Array.from({ length: pick(this.#draw, [1, 1, 1, 2]) }, () => ({
      name: this.#pools.identifier(names),
      type: pick(this.#draw, KEY_TYPES),
    }));
    const model: DrawnModel = { name, kind, key, names, lines: [] };
    for (const field of key) this.#addField(model, field, '');
    for (let count = integer(this.#draw, 2, 5); count > 0; count -= 1) this.#addScalar(model);
    model.lines.push(this.#key(kind === 'view' || once(this.#draw, 5) ? '@@unique' : '@@id', model, key));
    model.lines.push(...this.#place());
    this.#models.push(model);
  }

  #addScalar(model: DrawnModel): void {
    const type = pick(this.#draw, [...TYPES, ...this.#enums, ...this.#enums]);
    // Prisma Client cannot read a list of citext.
    const form = pick(this.#draw, type.includes('Citext') ? ['', '?'] : ['', '?', '?', '[]']);
    this.#addField(model, { name: this.#pools.identifier(model.names), type }, form);
  }

  #addField({ names, lines }: DrawnModel, { name, type }: Field, form: string): void {
    lines.push(`${name} ${type.replace(/^\w+/, `$&${form}`)}${map('@map', this.#pools.mappedOrNot(names))}`);
  }

  #key(attribute: '@@id' | '@@unique', { kind, names }: DrawnModel, key: readonly Field[]): string {
    const called = key.length > 1 ? [`name: ${quoted(this.#pools.identifier(names))}`] : [];
    const mapped = kind === 'view' ? [] : [`map: ${this.#constraint()}`];
    return `${attribute}([${key.map(({ name }) => name).join(', ')}]${[...called, ...mapped].map((each) => `, ${each}`).join('')})`;
  }

  /** The table or type of a model or an enum, and its schema. */
  #place(): string[] {
    const mapped = this.#pools.mappedOrNot(this.#types);
    const schema = this.#schemas.length > 0 ? [`@@schema(${quoted(pick(this.#draw, this.#schemas))})`] : [];
    return [...(mapped === undefined ? [] : [`@@map(${quoted(mapped)})`]), ...schema];
  }

  #addRelation(): void {
    const [one, other] = [pick(this.#draw, this.#models), pick(this.#draw, this.#models)];
    if (canBeJoined(one) && canBeJoined(other) && once(this.#draw, 3)) this.#addManyToMany(one, other);
    else this.#addForeignKey(one, other);
  }

  #addManyToMany(one: DrawnModel, other: DrawnModel): void {
    const relation = `@relation(${quoted(this.#joinTable())})`;
    one.lines.push(`${this.#pools.identifier(one.names)} ${other.name}[] ${relation}`);
    other.lines.push(`${this.#pools.identifier(other.names)} ${one.name}[] ${relation}`);
  }

  /** The name of a relation; its table has an underscore before it. Prisma's engine fails if it cuts through a character. */
  #joinTable(): string {
    for (;;) {
      const name = this.#pools.mapped(this.#relations);
      const isCut = Buffer.byteLength(name) > 40 && Buffer.byteLength(name) > name.length;
      if (!isCut && Buffer.byteLength(name) < 63 && this.#types.isFree(`_${name}`)) {
        this.#types.add(`_${name}`, () => '');
        return name;
      }
    }
  }

  #addForeignKey(from: DrawnModel, to: DrawnModel): void {
    const isOne = once(this.#draw, 3);
    // A circle of required keys would leave the tables empty.
    const isOlder = this.#models.indexOf(to) < this.#models.indexOf(from);
    const form = isOlder ? pick(this.#draw, ['', '?']) : '?';
    const keys = to.key.map(({ type }) => ({ name: this.#pools.identifier(from.names), type }));
    for (const field of keys) this.#addField(from, field, form);
    const relation = quoted(this.#joinTable());
    const fields = `fields: [${keys.map(({ name }) => name).join(', ')}]`;
    const references = `references: [${to.key.map(({ name }) => name).join(', ')}]`;
    const actions = `onDelete: NoAction, onUpdate: NoAction, map: ${this.#constraint()}`;
    const holder = this.#pools.identifier(from.names);
    from.lines.push(`${holder} ${to.name}${form} @relation(${relation}, ${fields}, ${references}, ${actions})`);
    if (isOne) from.lines.push(this.#key('@@unique', from, keys));
    to.lines.push(`${this.#pools.identifier(to.names)} ${from.name}${isOne ? '?' : '[]'} @relation(${relation})`);
  }

  #constraint(): string {
    this.#constraints += 1;
    return quoted(`constraint ${this.#constraints}`);
  }
}

/** A model of an implicit many-to-many relation has an `@id` of one field. */
const canBeJoined = ({ key, lines }: DrawnModel): boolean =>
  key.length === 1 && lines.some((line) => line.startsWith('@@id'));

function block(kind: string, name: string, lines: readonly string[]): string {
  return `${kind} ${name} {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
}

function map(attribute: string, name: string | undefined): string {
  return name === undefined ? '' : ` ${attribute}(${quoted(name)})`;
}

/** As a string of Prisma's schema language. */
const quoted = (text: string): string => JSON.stringify(text);
