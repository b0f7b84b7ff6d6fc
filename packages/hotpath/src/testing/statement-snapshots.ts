/**
 * The SQL of each read route, as data for a snapshot of the runner: a changed statement shows in the diff of a change.
 *
 *     expect(await statementSnapshots({ app, as: { alice } })).toMatchSnapshot();
 *
 * Values are bound, so the texts do not depend on the rows of the database.
 */
import type { ServedRead } from '../fastify/reads/served-reads.ts';
import { mustHaveNoFaults } from './fault.ts';
import { somePlace } from './places.ts';
import { outcomeOf, Proof, type ProofOptions, type ProofReply } from './proof.ts';

/**
 * Returns the SQL of each read route.
 * @returns the statements of each route for the first viewer that may read it. By URL: `/posts/:id`.
 */
export async function statementSnapshots(options: ProofOptions): Promise<Record<string, string>> {
  const proof = await Proof.of(options);
  const texts: Record<string, string> = {};
  const faults: string[] = [];
  for (const route of proof.routes) {
    const reply = await firstAnswer(proof, route);
    if (isAnswer(reply)) texts[route.url] = textOf(route.url, reply);
    else faults.push(outcomeOf(reply));
  }
  mustHaveNoFaults('Every read route sends its statements for some viewer', faults);
  return texts;
}

async function firstAnswer(proof: Proof, route: ServedRead): Promise<ProofReply> {
  let last: ProofReply | undefined;
  for (const { asker } of proof.pairs((each) => each === route)) {
    last = await proof.ask(asker, await somePlace(proof, route, asker));
    if (isAnswer(last)) break;
  }
  return last!;
}

/** A request for a missing row shows the statement, too. */
const isAnswer = ({ status, observation }: ProofReply): boolean =>
  status === 200 || (status === 404 && observation.statements.length > 0);

const textOf = (url: string, { observation }: ProofReply): string =>
  observation.statements.map(({ statement }) => `-- GET ${url}\n\n${statement.text};\n`).join('\n');
