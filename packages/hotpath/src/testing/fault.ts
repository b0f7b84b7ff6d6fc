/** How the proofs of `hotpath/testing` fail: one AssertionError, which every runner shows, with all that was found. */
import { AssertionError } from 'node:assert';

const SHOWN = 20;

/** @throws {AssertionError} with the message alone. */
export function fail(message: string): never {
  throw new AssertionError({ message, stackStartFn: fail });
}

/** @throws {AssertionError} with every fault, unless there are none. @param claim what does not hold: `Statements are constant`. */
export function mustHaveNoFaults(claim: string, faults: readonly string[]): void {
  const distinct = [...new Set(faults)];
  if (distinct.length === 0) return;
  const shown = distinct.slice(0, SHOWN).map((fault) => `- ${fault}`);
  if (distinct.length > SHOWN) shown.push(`- and ${distinct.length - SHOWN} more`);
  fail(`${claim}: this does not hold.\n${shown.join('\n')}`);
}
