/** Tells the observer of a statement, and of a wait for a connection. Made only while there is an observer. */
import type { CallSite } from './call-site.ts';
import type { Ledger } from './ledger.ts';
import { isSessionControl } from './normalise.ts';
import { failureOf, rowsOf, textOf } from './statement-span.ts';

type Finish = (error?: unknown, result?: unknown) => void;

interface Sent {
  readonly ledger: Ledger;
  readonly site: CallSite | undefined;
  readonly finish: Finish;
}

/** @param args as `pg` was given them. @returns what to call when the result or the error is there. */
export function observedStatement(args: readonly unknown[], { ledger, site, finish }: Sent): Finish {
  const text = textOf(args[0]);
  const values = valuesOf(args);
  const startedAt = performance.now();
  return (error, result) => {
    finish(error, result);
    const ms = performance.now() - startedAt;
    const failure = error ? failureOf(error) : undefined;
    const rows = error ? undefined : rowsOf(result);
    const ended = { text, values, startedAt, ms, rows, failure, isCounted: !isSessionControl(text) };
    ledger.observer?.observe({ kind: 'statement', ...ended, lines: () => site?.lines() ?? [] }, ledger);
  };
}

/** The values as `pg` takes them: beside the text, in the query, or in the cursor of a stream. */
function valuesOf([query, beside]: readonly unknown[]): readonly unknown[] {
  if (Array.isArray(beside)) return beside;
  const { values, cursor } = Object(query) as { values?: unknown; cursor?: { values?: unknown } };
  const given = values ?? cursor?.values;
  return Array.isArray(given) ? given : [];
}

/** @param finish another listener to the end of the wait. */
export function observedWait(ledger: Ledger, finish: Finish | undefined): Finish {
  const startedAt = performance.now();
  return (error) => {
    finish?.(error);
    ledger.observer?.observe({ kind: 'connection', startedAt, ms: performance.now() - startedAt }, ledger);
  };
}
