/** The differences of two answers: status, headers that matter to a client, and the body. */

import { compareJson, type FieldDifference, parseExactly } from './compare-json.ts';
import type { ReplayAnswer } from './replayed-service.ts';

/** Headers by which clients and caches decide. An ETag names the bytes of one service, so it is left out. */
export const COMPARED_HEADERS: readonly string[] = [
  ...['allow', 'cache-control', 'content-disposition', 'content-language', 'content-type', 'deprecation', 'link'],
  ...['location', 'sunset', 'vary', 'www-authenticate'],
];

/** Headers whose value is a set. */
const SETS = /^(?:allow|cache-control|vary)$/;

export interface AnswerComparison {
  /** The names of the headers that count, in lower case. */
  readonly headers: readonly string[];
  /** The number of differences in a body after which the comparison ends; all without it. */
  readonly most?: number;
}

export function compareAnswers(
  beside: ReplayAnswer,
  against: ReplayAnswer,
  { headers, most }: AnswerComparison,
): FieldDifference[] {
  const status = compareJson({ field: 'status', beside: statusOf(beside), against: statusOf(against) });
  // Two statuses have two bodies, which say the same as the statuses.
  if (status.length > 0) return status;
  const ofHeaders = headers.flatMap((name) =>
    compareTexts(`header ${name}`, headerValue(beside, name), headerValue(against, name)),
  );
  return [...ofHeaders, ...compareBodies(beside, against, most)];
}

const statusOf = ({ status, failure }: ReplayAnswer): number | string | undefined => status ?? failure;

function headerValue({ headers }: ReplayAnswer, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined || !SETS.test(name)) return value;
  const parts = value.toLowerCase().split(',');
  return parts
    .map((part) => part.trim())
    .sort()
    .join(', ');
}

function compareBodies(beside: ReplayAnswer, against: ReplayAnswer, most?: number): FieldDifference[] {
  if (beside.body === against.body) return [];
  const documents = [beside, against].map(jsonOf);
  const [one, other] = documents;
  if (one && other) return compareJson({ field: 'body', beside: one.document, against: other.document }, most);
  return compareLines(beside.body, against.body);
}

/** The JSON of an answer; undefined if it has none. */
export function jsonOf({ body, headers }: ReplayAnswer): { readonly document: unknown } | undefined {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '')) return undefined;
  try {
    return { document: parseExactly(body) };
  } catch {
    return undefined;
  }
}

/** The first line that differs. */
function compareLines(beside: string, against: string): FieldDifference[] {
  const [ours, theirs] = [beside.split('\n'), against.split('\n')];
  const line = ours.findIndex((text, index) => text !== theirs[index]);
  const at = line === -1 ? ours.length : line;
  return compareTexts(`body line ${at + 1}`, ours[at], theirs[at]);
}

function compareTexts(field: string, beside: string | undefined, against: string | undefined): FieldDifference[] {
  return compareJson({ field, beside, against });
}
