/**
 * Observes a request inside the server: its viewer, its selection of which resource, the statements that were compiled
 * for it, and its ledger. The parts of `app.hotpath` are wrapped in place, once for each server.
 *
 * Requests of one server are observed one after another: a plugin that waits for an event continues in another
 * asynchronous context, so the context does not show which request a statement belongs to.
 */
import { currentLedger, type Ledger } from '../budget/ledger.ts';
import type { Statement } from '../compile/compile.ts';
import type { ReadRequest } from '../compile/plan/read.ts';
import type { Hotpath } from '../fastify/instance.ts';
import type { Selection, SelectionRequest } from '../resource/selection.ts';
import type { Viewer } from '../resource/viewer.ts';

/** A compiled statement, and the request that it was compiled from: undefined for several reads in one statement. */
export interface CaughtStatement {
  readonly statement: Statement;
  readonly request: ReadRequest | undefined;
}

/** Filled while the request runs. */
export interface Observation {
  viewer: Viewer | undefined;
  selection: Selection | undefined;
  ledger: Ledger | undefined;
  readonly statements: CaughtStatement[];
}

export interface Observed<T> {
  readonly result: T;
  readonly observation: Observation;
}

/** Runs the work, once no other work is observed on the server, and returns the observation. */
export function observe<T>(hotpath: Hotpath, work: () => PromiseLike<T>): Promise<Observed<T>> {
  let observer = observers.get(hotpath);
  if (!observer) {
    observer = new Observer(hotpath);
    observers.set(hotpath, observer);
  }
  return observer.observe(work);
}

const observers = new WeakMap<Hotpath, Observer>();

type Writable<T> = { -readonly [K in keyof T]: T[K] };

class Observer {
  #current: Observation | undefined;
  #latest: Promise<unknown> = Promise.resolve();

  constructor(hotpath: Writable<Hotpath>) {
    this.#wrapStatements(hotpath);
    const { selections, known } = hotpath;
    known.end();
    selections.item = this.#noting(selections.item.bind(selections));
    selections.list = this.#noting(selections.list.bind(selections));
  }

  observe<T>(work: () => PromiseLike<T>): Promise<Observed<T>> {
    const run = async (): Promise<Observed<T>> => {
      const observation: Observation = { viewer: undefined, selection: undefined, ledger: undefined, statements: [] };
      this.#current = observation;
      try {
        return { result: await work(), observation };
      } finally {
        this.#current = undefined;
      }
    };
    const next = this.#latest.then(run);
    this.#latest = next.catch(() => {});
    return next;
  }

  #wrapStatements(hotpath: Writable<Hotpath>): void {
    const { compiler, execute } = hotpath;
    const caught = (statement: Statement, request?: ReadRequest): Statement => {
      this.#current?.statements.push({ statement, request });
      return statement;
    };
    hotpath.compiler = {
      compile: (request, options) => caught(compiler.compile(request, options), request),
      compileAll: (requests, options) => caught(compiler.compileAll(requests, options)),
    };
    hotpath.execute = (statement) => {
      if (this.#current) this.#current.ledger ??= currentLedger();
      return execute(statement);
    };
  }

  #noting<S extends Selection>(select: (asked: SelectionRequest) => S): (asked: SelectionRequest) => S {
    return (asked) => {
      const observation = this.#current;
      if (observation) observation.viewer = asked.viewer;
      const selection = select(asked);
      if (observation) observation.selection ??= selection;
      return selection;
    };
  }
}
