/** In a child: answers the bench about its reads, without HTTP, and says where it serves them. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerQuestions } from '../../support/child.ts';
import { type Lanes, measureLanes } from '../../support/lanes.ts';
import type { ReadAnswers, ShapeName } from './shapes.ts';

export interface ReadQuestion {
  readonly shape: ShapeName;
  readonly subjects: readonly number[];
}

export function answerReads(server: Server, answers: ReadAnswers): void {
  answerQuestions({
    address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The JSON text of each answer. */
    tell: ({ shape, subjects }: ReadQuestion) =>
      Promise.all(subjects.map(async (subject) => answerText(await answers[shape](subject)))),
    measure({ shape, ...lanes }: Lanes & ReadQuestion) {
      const answer = answers[shape];
      return measureLanes(lanes, async (subject) => answerText(await answer(subject)));
    },
  });
}

/** Text or bytes that are JSON already leave as they are. */
export const answerText = (answer: unknown): string =>
  typeof answer === 'string' || answer instanceof Uint8Array ? String(answer) : JSON.stringify(answer);
