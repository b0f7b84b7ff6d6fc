/** The pieces of HTML that the parts of the report are made of. */
import { escaped } from './charts.ts';

export const heading = (title: string, note: string): string => `<h2>${title}</h2><p class="note">${note}</p>`;

export const card = (title: string, note: string, content: string): string =>
  `<div class="card"><h3>${escaped(title)}</h3><p class="note">${escaped(note)}</p>${content}</div>`;

export const cards = (each: readonly string[]): string => `<div class="grid-cards">${each.join('')}</div>`;

/** A table that becomes a list where the page is too narrow for it: each cell has a `data-label` for that. */
export const listTable = (head: string, rows: readonly string[]): string => table('list', head, rows);

/** A table whose cells are wrapped, so that it fits a phone. */
export const wrappedTable = (head: string, rows: readonly string[]): string => table('wrapped', head, rows);

const table = (kind: string, head: string, rows: readonly string[]): string =>
  `<div class="wide ${kind}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
