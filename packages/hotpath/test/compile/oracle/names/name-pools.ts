/** The names for drawn schemas: names that resemble others, that PostgreSQL cuts, or that could end the text around them. */
import { type Draw, integer, once, pick } from '../draw.ts';

/** PostgreSQL keeps this number of bytes of a name. */
const LONGEST = 63;

const KEYWORDS = [
  ...['select', 'from', 'where', 'order', 'group', 'limit', 'offset', 'union', 'user', 'table', 'all', 'and', 'or'],
  ...['column', 'end', 'primary', 'references', 'current_date', 'session_user', 'lateral', 'window', 'values', 'only'],
];
const OF_OBJECTS = [
  'constructor',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'isPrototypeOf',
  'toLocaleString',
  'toJSON',
];
/** Words of Prisma's arguments and of the resource layer's parameters. */
const OF_ARGUMENTS = [
  ...['take', 'skip', 'distinct', 'include', 'omit', 'computed', 'count', 'sort', 'nulls', 'after', 'fields', 'page'],
  ...[
    'since',
    'until',
    'mode',
    'path',
    'equals',
    'has',
    'some',
    'every',
    'none',
    'is',
    'isNot',
    'args',
    'data',
    'model',
    'name',
  ],
];
const OF_TRIGGERS = ['old_rows', 'new_rows', 'o', 'n', 'logged', 'xid', 'source', 'tags', 'hotpath', 'log'];
/** Names of the columns of a statement, and of aliases. */
const OF_STATEMENTS = [
  'json',
  'version',
  'total',
  'keys',
  'locked',
  'A',
  'B',
  'x_2',
  'x_pairs',
  'x_pairs_2',
  'row_2',
  'element_2',
  'the_page',
];

/** Names without quotes: Prisma Migrate does not escape a `"` in a name or a `'` in the value of an enum. */
const HOSTILE = [
  ...[
    'row number',
    'row number among equals',
    'the row',
    'the page',
    'row number_',
    'the page_',
    'two words',
    ' x ',
    ' ',
  ],
  ...[';', '; drop table x; --', '--', '-- x', '/* x */', '*/', '$$', '$1', '$q$', '%', '%s', '%I', '?', ':x', '{x}'],
  ...['\\', '\\\\', '\\n', '\\000A', 'a.b', 'public.x', '.', '(', ')', '[0]', '@x', '#', '`', 'NULL', 'TRUE', '1'],
  ...['é', 'É', 'ß', '日本', 'Straße', '\u2028', '\u00a0', '😀', 'line\nfeed', '\n', 'a\r\nb', 'tab\t', 'U&x'],
];

const STEM = 'aNameWhoseFirstSixtyBytesAreThoseOfOthersSoThatItMayBeCut'.padEnd(60, '_x');
const LONG_IDENTIFIERS = ['a', 'b', 'ab', 'ac', 'abc', 'abd'].map((end) => `${STEM}${end}`);
const LONG_NAMES = [
  ...LONG_IDENTIFIERS,
  ...[' ', ';', '--', '\n\n', 'é'].map((end) => `${STEM}${end}`),
  ...[`${'é'.repeat(31)}a`, `${'日'.repeat(21)}`, '\\'.repeat(LONGEST)],
];

/** Identifiers of a Prisma schema. */
const IDENTIFIER = /^[a-zA-Z]\w*$/;

/** Draws names from the pools, each at most once in one place. */
export class NamePools {
  readonly #draw: Draw;
  readonly #identifiers: readonly string[];
  readonly #names: readonly string[];

  /** @param words the names in the project's own SQL. */
  constructor(draw: Draw, words: readonly string[]) {
    const common = [...words, ...KEYWORDS, ...OF_OBJECTS, ...OF_ARGUMENTS, ...OF_TRIGGERS, ...OF_STATEMENTS];
    this.#draw = draw;
    this.#identifiers = common.filter((name) => IDENTIFIER.test(name));
    this.#names = common;
  }

  /** A name for a model, a field, an enum or a value, of at most 61 bytes. */
  identifier(taken: Names): string {
    const pool = once(this.#draw, 4) ? LONG_IDENTIFIERS.slice(0, 2) : this.#identifiers;
    return taken.add(pick(this.#draw, pool), (name, count) => `${name.slice(0, 61 - String(count).length)}${count}`);
  }

  /** A name in the database. */
  mapped(taken: Names): string {
    const pool = pick(this.#draw, [this.#names, HOSTILE, HOSTILE, LONG_NAMES]);
    return taken.add(pick(this.#draw, pool), (name, count) => `${cut(name, LONGEST - 3)}${count}`);
  }

  /** A mapped name in half of the cases. */
  mappedOrNot(taken: Names): string | undefined {
    return integer(this.#draw, 0, 1) === 1 ? this.mapped(taken) : undefined;
  }
}

/** The names in one place, without repetition. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #like: (name: string) => string;

  /** @param like returns the same text for names that count as one. */
  constructor(taken: readonly string[] = [], like: (name: string) => string = (name) => name) {
    this.#like = like;
    for (const name of taken) this.#taken.add(like(name));
  }

  isFree(name: string): boolean {
    return !this.#taken.has(this.#like(name));
  }

  add(wanted: string, other: (name: string, count: number) => string): string {
    let name = wanted;
    for (let count = 2; !this.isFree(name); count += 1) name = other(wanted, count);
    this.#taken.add(this.#like(name));
    return name;
  }
}

/** The first bytes of a text, without half a character. */
function cut(text: string, bytes: number): string {
  let kept = text;
  while (Buffer.byteLength(kept) > bytes) kept = [...kept].slice(0, -1).join('');
  return kept;
}
