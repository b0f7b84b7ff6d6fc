/** The two kinds of reads, an item and a list: the steps of a read in which they differ. */
import type { ReadRow } from '../../compile/compile.ts';
import type { ReadRequest } from '../../compile/plan/read.ts';
import { etagOf } from '../../http/etag.ts';
import { nextLink } from '../../http/links.ts';
import type { ListSelection, Selection, SelectionParser, SelectionRequest } from '../../resource/selection.ts';
import type { Ask } from './ask.ts';
import type { ShownRead } from './plain-reply.ts';

export interface ReadKind<S extends Selection> {
  /** Parses a request. @throws 400 for an invalid request, 401 and 403 for a viewer without permission. */
  select(selections: SelectionParser, asked: SelectionRequest): S;
  /** The read in the compiler's terms. */
  request(selection: S): ReadRequest;
  /** The reply, made from the row of the statement. */
  show(row: ReadRow, ask: Ask<S>, selections: SelectionParser): ShownRead;
}

/** One row by its key. */
export const itemKind: ReadKind<Selection> = {
  select: (selections, asked) => selections.item(asked),
  request: itemRequest,
  show({ json, version }, { selection }) {
    if (json === null) return { status: 404, body: `There is no such ${selection.resource.name}.`, etag: '', link: '' };
    const body = `{"data":${json}}`;
    return { status: 200, body, etag: etagOf(body, version), link: '' };
  },
};

/** A page of rows. */
export const listKind: ReadKind<ListSelection> = {
  select: (selections, asked) => selections.list(asked),
  request: ({ resource, args, sort, page, after }) => ({
    model: resource.model,
    action: 'findMany',
    args,
    next: sort.map(({ field }) => field),
    ...(after ? { after } : {}),
    ...(page.count ? { total: args.where ?? {}, estimated: page.count === 'estimated' } : {}),
  }),
  show(row, { request, selection }, selections) {
    const meta = pageMeta(selections, selection, row);
    const body = `{"data":${row.json},"meta":${JSON.stringify(meta)}}`;
    return { status: 200, body, etag: etagOf(body), link: meta.next ? nextLink(request.url, meta.next) : '' };
  },
};

/** A read of one row, with the version of the row if its resource has one. */
export function itemRequest({ resource, args }: Selection): ReadRequest {
  const { model, version } = resource;
  return { model, action: 'findFirst', args, ...(version === undefined ? {} : { version }) };
}

/** The `meta` of a list: its limit, its next cursor, its page number, its total. */
export interface PageMeta {
  readonly limit: number;
  readonly next?: string;
  readonly page?: number;
  readonly total?: number;
}

function pageMeta(selections: SelectionParser, selection: ListSelection, row: ReadRow): PageMeta {
  const { limit, number } = selection.page;
  return {
    limit,
    ...(number === undefined ? {} : { page: number }),
    ...(row.total === undefined ? {} : { total: Number(row.total) }),
    ...(row.next ? { next: selections.cursor(selection, row.next) } : {}),
  };
}
