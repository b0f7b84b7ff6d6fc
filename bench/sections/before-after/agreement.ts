/** That the slow service tells all that Hotpath tells, and more; and how much each sends to tell it. */
import type { Measured } from '../../support/before-service.ts';
import { fetchReply } from '../../support/fetch-reply.ts';
import type { BeforeAfterGround } from './ground.ts';

/** How many different reads are compared: the most popular, as many as there is time for, and some at least. */
const WHOLE = { least: 5, most: 50, ms: 10_000 };
const QUICK = { least: 2, most: 50, ms: 1000 };

/** Mean bytes of a body as it is, and as it is sent. */
export interface Payload {
  readonly payloadBytes: number;
  readonly compressedBytes: number;
}

/** @throws if what is in an answer of Hotpath is not in the slow service's. */
export async function agreedPayloads(ground: BeforeAfterGround, before: Measured, reads: readonly string[]) {
  const { after, quick } = ground;
  const { least, most, ms } = quick ? QUICK : WHOLE;
  const told: Record<'before' | 'after', Answer[]> = { before: [], after: [] };
  const startedAt = performance.now();
  for (const path of reads.slice(0, most)) {
    if (told.after.length >= least && performance.now() - startedAt > ms) break;
    const [slow, fast] = [await answerOf(ground, before.address + path), await answerOf(ground, after.address + path)];
    const missing = missingIn(JSON.parse(slow.text).data, JSON.parse(fast.text).data, 'data');
    if (missing) throw new Error(`The slow service does not tell what Hotpath tells of ${path}: ${missing}.`);
    told.before.push(slow);
    told.after.push(fast);
  }
  return { before: payloadOf(told.before), after: payloadOf(told.after) };
}

interface Answer {
  readonly text: string;
  readonly sent: number;
}

async function answerOf({ headers }: BeforeAfterGround, url: string): Promise<Answer> {
  const plain = await fetchReply(url, { ...headers, 'accept-encoding': 'identity' });
  const zipped = await fetchReply(url, headers);
  const length = Number(zipped.headers.get('content-length'));
  await zipped.arrayBuffer();
  return { text: await plain.text(), sent: length };
}

/** Where the larger lacks what the smaller has. A list may hold more, in the same order. */
function missingIn(larger: unknown, smaller: unknown, place: string): string | undefined {
  if (typeof smaller !== 'object' || smaller === null) {
    return sameValue(larger, smaller) ? undefined : `${place} is ${smaller} and not ${larger}`;
  }
  if (typeof larger !== 'object' || larger === null) return `${place} is ${larger}`;
  if (Array.isArray(larger) && Array.isArray(smaller)) return missingInList(larger, smaller, place);
  for (const [key, value] of Object.entries(smaller)) {
    const missing = missingIn((larger as Record<string, unknown>)[key], value, `${place}.${key}`);
    if (missing) return missing;
  }
  return undefined;
}

function missingInList(larger: readonly unknown[], smaller: readonly unknown[], place: string): string | undefined {
  let rest = larger;
  for (const [index, item] of smaller.entries()) {
    const found = rest.findIndex((each) => missingIn(each, item, place) === undefined);
    if (found < 0) return missingIn(rest[0], item, `${place}.${index}`);
    rest = rest.slice(found + 1);
  }
  return undefined;
}

/** Averages are the same if they differ in the last digits only. */
const sameValue = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'number' && typeof other === 'number' && Math.abs(one - other) < 1e-9);

function payloadOf(answers: readonly Answer[]): Payload {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  return {
    payloadBytes: Math.round(mean(answers.map(({ text }) => Buffer.byteLength(text)))),
    compressedBytes: Math.round(mean(answers.map(({ sent }) => sent))),
  };
}
