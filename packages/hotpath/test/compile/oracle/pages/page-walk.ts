/** Reads all pages of a resource by cursor, like a client of the service. */
import { type Compiler, createCompiler } from 'hotpath/compile/compile';
import type { Execute } from 'hotpath/compile/execute';
import { cursorSigner } from 'hotpath/resource/cursor';
import type { Registry } from 'hotpath/resource/registry';
import type { Resource } from 'hotpath/resource/resource';
import { type ListSelection, SelectionParser } from 'hotpath/resource/selection';
import { PUBLIC } from 'hotpath/resource/viewer';

export interface Walk {
  readonly resource: Resource;
  /** The value of the parameter `sort`. */
  readonly sort: string;
  readonly limit: number;
  /** The value of the parameter `fields`. */
  readonly fields: string;
  readonly onPage?: (page: number) => Promise<void>;
}

const MOST_PAGES = 200;

export class PageWalker {
  readonly #parser: SelectionParser;
  readonly #compiler: Compiler;
  readonly #execute: Execute;

  constructor(registry: Registry, execute: Execute) {
    this.#parser = new SelectionParser(registry, cursorSigner('secret'));
    this.#compiler = createCompiler({ dataModel: registry.dataModel });
    this.#execute = execute;
  }

  /** The rows of all pages. */
  async walk({ resource, sort, limit, fields, onPage }: Walk): Promise<object[]> {
    const rows: object[] = [];
    let after: string | undefined;
    for (let page = 1; page < MOST_PAGES; page += 1) {
      const query = { sort, fields, limit: String(limit), ...(after !== undefined && { after }) };
      const selection = this.#parser.list({ resource, viewer: PUBLIC, query });
      const { json, next } = await this.#read(selection);
      rows.push(...(JSON.parse(json!) as object[]));
      if (!next) return rows;
      after = this.#parser.cursor(selection, next);
      await onPage?.(page);
    }
    throw new Error(`The pages of ${resource.model} by ${sort} do not end.`);
  }

  #read({ resource: { model }, args, sort, after }: ListSelection) {
    const next = sort.map(({ field }) => field);
    return this.#execute(
      this.#compiler.compile({ model, action: 'findMany', args, next, ...(after !== undefined && { after }) }),
    );
  }
}
