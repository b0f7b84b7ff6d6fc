/**
 * The demands of a statement on each table, read from the plan that PostgreSQL makes without any index: then every condition is
 * a filter or a join, and every order is a sort, in the words of PostgreSQL itself.
 */

/** A node of a plan, as `EXPLAIN (VERBOSE, FORMAT JSON)` writes it. */
export interface ProfiledPlanNode {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Alias?: string;
  readonly 'Index Name'?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly 'Plan Width': number;
  readonly Output?: readonly string[];
  readonly 'Sort Key'?: readonly string[];
  readonly Plans?: readonly ProfiledPlanNode[];
  readonly [property: string]: unknown;
}

/** A column of an order. */
export interface OrderedColumn {
  readonly column: string;
  readonly descending: boolean;
  /** As the order says; the default of PostgreSQL without it. */
  readonly nulls?: 'FIRST' | 'LAST';
}

/** A column that is compared with a parameter. */
export interface ComparedParameter {
  readonly column: string;
  /** The number of the parameter: 1 is `$1`. */
  readonly parameter: number;
  readonly use: 'equal' | 'any' | 'above' | 'below';
}

/** A condition that an index can have as its own: `read_at IS NULL`, `status = 'open'`, `NOT is_hidden`. */
export interface ConstantCondition {
  readonly column: string;
  readonly where: string;
  /** Whether it compares with a value of the text. */
  readonly hasValue: boolean;
}

/** The demands of a statement on one table. */
export interface TableUse {
  readonly schema: string;
  readonly table: string;
  /** Columns that are compared with a value for equality. */
  readonly equal: readonly string[];
  /** Columns that are compared with those of another table for equality. */
  readonly joined: readonly string[];
  readonly ranges: readonly string[];
  /** Columns that are compared with a pattern, such as `ILIKE '%garden%'`. */
  readonly patterns: readonly string[];
  readonly constants: readonly ConstantCondition[];
  readonly order: readonly OrderedColumn[];
  /** All columns that the statement reads of the table. */
  readonly columns: readonly string[];
  readonly parameters: readonly ComparedParameter[];
}

const NAME = '(?:"(?:[^"]|"")+"|[a-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*)';
const REFERENCE = `(${NAME})\\.(${NAME})`;
const CAST = '(?:::[\\w .\\[\\]"(),]+?)?';

const BARE_NAMES = new RegExp(`${NAME}(?!\\w*\\()`, 'g');
const CASTS = /::(?:"[^"]+"|[\w.]+)(?:\[\])?/g;

const REFERENCES = new RegExp(REFERENCE, 'g');
const REFERENCE_INSIDE = new RegExp(REFERENCE);
const ALONE = new RegExp(`^\\(?${REFERENCE}\\)?${CAST}$`);
const COMPARISON = /^(.+?) (=|<>|<=|>=|<|>|~~\*|~~) (.+)$/s;
const NULL_TEST = new RegExp(`^${REFERENCE} (IS (?:NOT )?NULL)$`);
const TRUTH = new RegExp(`^(NOT )?${REFERENCE}$`);
const LITERAL = /^('(?:[^']|'')*'|-?\d+(?:\.\d+)?)(?:::[\w ."]+(?:\(\d+\))?)?$/;
const ORDER = new RegExp(`^\\(?${REFERENCE}\\)?${CAST}(?: COLLATE \\S+)?( DESC)?(?: NULLS (FIRST|LAST))?$`);
const PARAMETER = /^\(?\$(\d+)\)?(?:::[\w .[\]"]+)?$/;
const ANY_OF = /^ANY \((.+)\)$/s;

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** Texts of a node in which columns occur, beside its output. */
const EXPRESSIONS = /Cond$|Filter$|Key$/;
/** A scan below these nodes, or below none, puts out the columns that are needed, and no other. */
const EXACT_PARENTS = ['Subquery Scan', 'Append'];

/** The uses of the tables of a plan. */
export function tableUses(plan: ProfiledPlanNode): TableUse[] {
  const walk = new PlanWalk();
  walk.visit(plan, undefined, []);
  return walk.uses();
}

const ALIKE = /^\(?\$(\d+)\)?(?:::[\w ."]+)? = \(?\$(\d+)\)?(?:::[\w ."]+)?$/;

/** Parameters that a condition of no table compares: of two that one column equals, PostgreSQL compares the second with the first. */
export function alikeParameters(node: ProfiledPlanNode): [number, number][] {
  const filter = node['One-Time Filter'];
  const terms = typeof filter === 'string' ? termsOf(filter) : [];
  const own = terms.flatMap((term): [number, number][] => {
    const [, one, other] = ALIKE.exec(term) ?? [];
    return one === undefined ? [] : [[Number(one), Number(other)]];
  });
  return [...own, ...(node.Plans ?? []).flatMap(alikeParameters)];
}

interface Scan {
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly order: readonly OrderedColumn[];
}

interface Draft {
  readonly equal: Set<string>;
  readonly joined: Set<string>;
  readonly ranges: Set<string>;
  readonly patterns: Set<string>;
  /** By their SQL. */
  readonly constants: Map<string, ConstantCondition>;
  readonly columns: Set<string>;
  readonly parameters: ComparedParameter[];
}

class PlanWalk {
  readonly #scans: Scan[] = [];
  readonly #drafts = new Map<string, Draft>();
  /** Outputs in which PostgreSQL wrote columns without their table: those of a statement of one table. */
  readonly #bare: string[] = [];

  visit(node: ProfiledPlanNode, parent: ProfiledPlanNode | undefined, orders: readonly (readonly string[])[]): void {
    const { 'Relation Name': table, Schema: schema = '', Alias: alias, 'Sort Key': sortKey } = node;
    const within = sortKey ? [sortKey, ...orders] : orders;
    if (table !== undefined && alias !== undefined)
      this.#scans.push({ schema, table, alias, order: orderOf(alias, within) });
    const isExact = table === undefined || !parent || EXACT_PARENTS.includes(parent['Node Type']) || isSubplan(node);
    if (isExact) this.#readOutput(node.Output ?? []);
    for (const [property, value] of Object.entries(node)) {
      if (!EXPRESSIONS.test(property)) continue;
      const texts = [value].flat().filter((text) => typeof text === 'string');
      this.#read(texts);
      if (!property.endsWith('Key')) for (const text of texts) this.#condition(text);
    }
    const inner = isSubplan(node) ? [] : within;
    for (const child of node.Plans ?? []) this.visit(child, node, isSubplan(child) ? [] : inner);
  }

  uses(): TableUse[] {
    if (this.#scans.length === 1) this.#readBare(this.#scans[0]!.alias);
    return this.#scans.map(({ schema, table, alias, order }) => {
      const { equal, joined, ranges, patterns, constants, columns, parameters } = this.#draft(alias);
      return {
        ...{ schema, table, order, parameters },
        equal: [...equal],
        joined: [...joined].filter((column) => !equal.has(column)),
        ranges: [...ranges].filter((column) => !equal.has(column)),
        patterns: [...patterns],
        constants: [...constants.values()],
        columns: [...columns],
      };
    });
  }

  #draft(alias: string): Draft {
    const known = this.#drafts.get(alias);
    if (known) return known;
    const sets = {
      equal: new Set<string>(),
      joined: new Set<string>(),
      ranges: new Set<string>(),
      patterns: new Set<string>(),
    };
    const draft = {
      ...sets,
      constants: new Map<string, ConstantCondition>(),
      columns: new Set<string>(),
      parameters: [],
    };
    this.#drafts.set(alias, draft);
    return draft;
  }

  #read(texts: readonly string[]): void {
    for (const text of texts) {
      for (const [, alias, column] of withoutStrings(text).matchAll(REFERENCES))
        this.#draft(unquoted(alias!)).columns.add(unquoted(column!));
    }
  }

  #condition(text: string): void {
    for (const term of termsOf(text)) {
      this.#constant(term);
      const [, left, operator, right] = COMPARISON.exec(term) ?? [];
      if (left === undefined) continue;
      this.#comparison(left, operator!, right!);
      this.#comparison(right!, MIRRORED[operator!] ?? '', left);
    }
  }

  #readOutput(texts: readonly string[]): void {
    this.#read(texts);
    this.#bare.push(...texts.map(withoutStrings).filter((text) => !REFERENCE_INSIDE.test(text)));
  }

  /** A name of something else, such as a type, names no column, so no index includes it. */
  #readBare(alias: string): void {
    for (const text of this.#bare) {
      for (const [name] of text.replace(CASTS, '').matchAll(BARE_NAMES)) this.#draft(alias).columns.add(unquoted(name));
    }
  }

  #constant(term: string): void {
    const found = constantIn(term);
    if (!found) return;
    const { alias, isTruth, condition } = found;
    const draft = this.#draft(unquoted(alias));
    draft.constants.set(condition.where, condition);
    // PostgreSQL writes a comparison with TRUE without its operator.
    if (isTruth) draft.equal.add(condition.column);
  }

  #comparison(left: string, operator: string, right: string): void {
    const row = /^ROW\((.+?),/.exec(left)?.[1];
    const [, alias, name] = ALONE.exec(row ?? left) ?? [];
    if (alias === undefined || !(operator in USES)) return;
    const draft = this.#draft(unquoted(alias));
    const column = unquoted(name!);
    const any = ANY_OF.exec(right)?.[1];
    const compared = any ?? right;
    if (withoutStrings(compared).includes(`${alias}.`)) return;
    const use = USES[operator]!;
    if (use === 'pattern') draft.patterns.add(column);
    else if (use === 'equal')
      (withoutStrings(compared).search(REFERENCE_INSIDE) < 0 ? draft.equal : draft.joined).add(column);
    else draft.ranges.add(column);
    const parameter = PARAMETER.exec(compared)?.[1];
    if (parameter === undefined || use === 'pattern' || row !== undefined) return;
    draft.parameters.push({ column, parameter: Number(parameter), use: any === undefined ? use : 'any' });
  }
}

interface FoundConstant {
  readonly alias: string;
  readonly isTruth: boolean;
  readonly condition: ConstantCondition;
}

function constantIn(term: string): FoundConstant | undefined {
  const [, nullable, tested, test] = NULL_TEST.exec(term) ?? [];
  if (nullable !== undefined) return constant(nullable, tested!, { where: `${tested} ${test}`, hasValue: false });
  const [, not = '', boolean, truth] = TRUTH.exec(term) ?? [];
  if (boolean !== undefined) return constant(boolean, truth!, { where: `${not}${truth}`, hasValue: true });
  const [, left = '', operator, right = ''] = COMPARISON.exec(term) ?? [];
  const value = LITERAL.exec(right)?.[1];
  const [, alias, column] = ALONE.exec(left) ?? [];
  if (value === undefined || alias === undefined || !['=', '<>'].includes(operator!)) return undefined;
  return constant(alias, column!, { where: `${column} ${operator} ${value}`, hasValue: true });
}

function constant(alias: string, column: string, { where, hasValue }: Omit<ConstantCondition, 'column'>) {
  const isTruth = hasValue && !/ (?:=|<>) /.test(where);
  return { alias, isTruth, condition: { column: unquoted(column), where, hasValue } };
}

const USES: Readonly<Record<string, 'equal' | 'above' | 'below' | 'pattern'>> = {
  '=': 'equal',
  '>': 'above',
  '>=': 'above',
  '<': 'below',
  '<=': 'below',
  '~~*': 'pattern',
  '~~': 'pattern',
};
const MIRRORED: Readonly<Record<string, string>> = { '=': '=', '>': '<', '>=': '<=', '<': '>', '<=': '>=' };

const isSubplan = (node: ProfiledPlanNode): boolean =>
  ['SubPlan', 'InitPlan'].includes(String(node['Parent Relationship']));

/** The columns of this table at the beginning of the nearest order that begins with one. */
function orderOf(alias: string, orders: readonly (readonly string[])[]): OrderedColumn[] {
  for (const keys of orders) {
    const order: OrderedColumn[] = [];
    for (const key of keys) {
      const [, of, column, descending, nulls] = ORDER.exec(key) ?? [];
      if (of === undefined || unquoted(of) !== alias) break;
      const place = { column: unquoted(column!), descending: descending !== undefined };
      order.push(nulls === undefined ? place : { ...place, nulls: nulls as 'FIRST' | 'LAST' });
    }
    if (order.length > 0) return order;
  }
  return [];
}

const withoutStrings = (text: string): string => text.replace(/'(?:[^']|'')*'/g, "''");

/** The terms of a condition: those that AND joins at its top. A condition with OR is one term. */
export function termsOf(condition: string): string[] {
  const inner = unwrapped(condition.trim());
  const parts = splitAt(inner, ' AND ');
  return parts.length === 1 ? [inner] : parts.flatMap(termsOf);
}

function unwrapped(text: string): string {
  if (!text.startsWith('(')) return text;
  const depths = depthsOf(text);
  const closes = depths.findIndex((depth, index) => index > 0 && depth === 0);
  return closes === text.length - 1 ? unwrapped(text.slice(1, -1)) : text;
}

function splitAt(text: string, word: string): string[] {
  const depths = depthsOf(text);
  const parts: string[] = [];
  let start = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (depths[at] !== 0) continue;
    parts.push(text.slice(start, at));
    start = at + word.length;
  }
  return [...parts, text.slice(start)];
}

/** The number of brackets that are open after each character; within a string or a quoted name it never is 0. */
function depthsOf(text: string): number[] {
  let depth = 0;
  let quote = '';
  return [...Array(text.length).keys()].map((index) => {
    const character = text[index]!;
    if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = '';
    else if (quote === '' && character === '(') depth += 1;
    else if (quote === '' && character === ')') depth -= 1;
    return quote === '' ? depth : depth + 1;
  });
}
