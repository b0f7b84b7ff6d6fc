/**
 * The `fields` grammar: the fields and embedded resources that a client wants.
 *
 *     fields := field ("," field)*
 *     field  := name [ "(" fields ")" ]
 *     name   := a letter, then letters, digits and underscores: every name that Prisma allows
 *
 * Example: `id,name,merchant(name,category(name))`. The grammar has no spaces. A repeated name counts once, so that
 * `a,b` and `b,a,a` are the same selection. The parser bounds depth and number of fields while it reads, so that no
 * text costs more than its length.
 */
import type { Bounds } from './bounds.ts';
import { refusal, shortened } from './refusal.ts';

/** Wanted names, each with the names wanted inside it; an empty map for a name without brackets. */
export type FieldTree = ReadonlyMap<string, FieldTree>;

const NAME = /[a-zA-Z][a-zA-Z0-9_]*/y;

/** @throws a 400 that says what was expected, and where. */
export function parseFields(text: string, bounds: Pick<Bounds, 'depth' | 'fields'>): FieldTree {
  const reader = new FieldsReader(text, bounds);
  return reader.readAll();
}

/** A tree under construction. */
type Tree = Map<string, Tree>;

class FieldsReader {
  readonly #text: string;
  readonly #bounds: Pick<Bounds, 'depth' | 'fields'>;
  #at = 0;
  #count = 0;

  constructor(text: string, bounds: Pick<Bounds, 'depth' | 'fields'>) {
    this.#text = text;
    this.#bounds = bounds;
  }

  readAll(): FieldTree {
    const tree: Tree = new Map();
    this.#readList(tree, 1);
    if (this.#at < this.#text.length) throw this.#expected('"," or the end');
    return tree;
  }

  #readList(tree: Tree, depth: number): void {
    if (depth > this.#bounds.depth) {
      throw refusal('fields', `nests deeper than ${this.#bounds.depth} at ${this.#at}`);
    }
    do this.#readField(tree, depth);
    while (this.#take(','));
  }

  #readField(tree: Tree, depth: number): void {
    const name = this.#readName();
    this.#count += 1;
    if (this.#count > this.#bounds.fields) throw refusal('fields', `names more than ${this.#bounds.fields} fields`);
    const inside = tree.get(name) ?? new Map();
    tree.set(name, inside);
    if (!this.#take('(')) return;
    this.#readList(inside, depth + 1);
    if (!this.#take(')')) throw this.#expected('"," or ")"');
  }

  #readName(): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw this.#expected('a name');
    this.#at += name.length;
    return name;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expected(what: string) {
    const found = this.#at < this.#text.length ? `"${shortened(this.#text.slice(this.#at))}"` : 'the end';
    return refusal('fields', `expected ${what} at ${this.#at}, found ${found}`);
  }
}
