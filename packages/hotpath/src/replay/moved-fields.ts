/**
 * The fields of a service's answers that changed from one answer to the next, with the fields that moved with them.
 *
 * If rows enter a list, the element at a place is another row. A value that is the same by chance, as a flag often is, says
 * nothing then. So a list whose rows are not the same at each place has moved as a whole, and so has an object whose id has
 * changed.
 */
import { compareAnswers, jsonOf } from './compare-answers.ts';
import type { FieldDifference } from './compare-json.ts';
import type { ReplayAnswer } from './replayed-service.ts';

/** Names of members that tell one row from another. */
const KEY = /^(?:id|uuid|key|slug|sku|code)$|(?:Id|Uuid|Key|Slug)$|_(?:id|uuid|key|slug)$/;

/** @param headers the names of the headers that count, in lower case. */
export function movedFields(answers: readonly ReplayAnswer[], headers: readonly string[]): FieldDifference[][] {
  return answers.slice(1).map((after, index) => {
    const before = answers[index]!;
    const changed = compareAnswers(before, after, { headers });
    const around = [...movedLists(before, after, changed), ...movedObjects(changed)];
    return [...changed, ...around.map((field) => ({ field, beside: undefined, against: undefined }))];
  });
}

function movedLists(before: ReplayAnswer, after: ReplayAnswer, changed: readonly FieldDifference[]): string[] {
  const lists = new Set(changed.flatMap(({ field }) => listsAround(field)));
  if (lists.size === 0) return [];
  const documents = [before, after].map((answer) => jsonOf(answer)?.document);
  return [...lists].filter((list) => {
    const [one, other] = documents.map((document) => valueAt(document, list));
    return !hasSameRows(one, other);
  });
}

/** The lists that a field lies in: `body.a` and `body.a[0].b` for `body.a[0].b[1]`. */
const listsAround = (field: string): string[] =>
  [...field.matchAll(/\[\d+\]/g)].map(({ index }) => field.slice(0, index));

const MEMBER = /\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

/** The value of a field of a body. */
function valueAt(document: unknown, field: string): unknown {
  let value = document;
  for (const [, name, index, quoted] of field.matchAll(MEMBER)) {
    const member = name ?? index ?? (JSON.parse(quoted!) as string);
    value = Object(value)[member];
  }
  return value;
}

/** Whether two lists have the same rows at the same places, by a member that tells the rows apart. */
function hasSameRows(before: unknown, after: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return false;
  const names = Object.keys(Object(before[0])).filter((name) => KEY.test(name));
  return names.some((name) => {
    const keys = before.map((row) => JSON.stringify(Object(row)[name]));
    return (
      new Set(keys).size === keys.length && after.every((row, at) => JSON.stringify(Object(row)[name]) === keys[at])
    );
  });
}

/** The objects whose key has changed. */
const movedObjects = (changed: readonly FieldDifference[]): string[] =>
  changed.flatMap(({ field }) => {
    const [, around, name] = /^(body.*)\.([\w$]+)$/.exec(field) ?? [];
    return name !== undefined && KEY.test(name) && around !== 'body' ? [around!] : [];
  });
