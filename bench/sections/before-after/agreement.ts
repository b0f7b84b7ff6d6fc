/** That the slow service tells all that Hotpath tells, and more; and how much each sends to tell it. */
import type { Measured } from '../../support/before-service.ts';
import type { BeforeAfterGround } from './ground.ts';

/** How many different reads are compared. */
const COMPARED = 5;

/** Mean bytes of a body as it is, and as it is sent. */
export interface Payload {
  readonly payloadBytes: number;
  readonly compressedBytes: number;
}

/** @throws if what is in an answer of Hotpath is not in the slow service's. */
export async function agreedPayloads(ground: BeforeAfterGround, before: Measured, reads: readonly string[]) {
  const { after } = ground;
  const paths = reads.slice(0, COMPARED);
  const told: Record<'before' | 'after', Answer[]> = { before: [], after: [] };
  for (const path of paths) {
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
  const plain = await fetch(url, { headers: { ...headers, 'accept-encoding': 'identity' } });
  if (!plain.ok) throw new Error(`${url}: ${plain.status} ${await plain.text()}`);
  const zipped = await fetch(url, { headers });
  const length = Number(zipped.headers.get('content-length'));
  await zipped.arrayBuffer();
  return { text: await plain.text(), sent: length };
}

/** Where the larger lacks what the smaller has. A list may go on where the smaller ends. */
function missingIn(larger: unknown, smaller: unknown, place: string): string | undefined {
  if (typeof smaller !== 'object' || smaller === null) {
    return sameValue(larger, smaller) ? undefined : `${place} is ${smaller} and not ${larger}`;
  }
  if (typeof larger !== 'object' || larger === null) return `${place} is ${larger}`;
  for (const [key, value] of Object.entries(smaller)) {
    const missing = missingIn((larger as Record<string, unknown>)[key], value, `${place}.${key}`);
    if (missing) return missing;
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
