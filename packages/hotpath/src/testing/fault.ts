/** How the proofs of `hotpath/testing` fail: one AssertionError with all faults, which every runner shows. */
import { AssertionError } from 'node:assert';

const SHOWN = 20;

/** @throws {AssertionError} with the message alone. */
export function fail(message: string): never {
  throw new AssertionError({ message, stackStartFn: fail });
}

/**
 * @throws {AssertionError} with every fault, if there are faults. @param claim the claim that fails: `Statements are
 * constant`.
 */
export function mustHaveNoFaults(claim: string, faults: readonly string[]): void {
  const distinct = [...new Set(faults)];
  if (distinct.length === 0) return;
  const shown = distinct.slice(0, SHOWN).map((fault) => `- ${fault}`);
  if (distinct.length > SHOWN) shown.push(`- and ${distinct.length - SHOWN} more`);
  fail(`${claim}: this does not hold.\n${shown.join('\n')}`);
}
