/**
 * The reads that routes remember. The text of a request and its viewer decide the selection, and with it the statement, so
 * the same request is parsed and compiled once.
 */
import type { FastifyRequest } from 'fastify';
import { createQuestions, type Question } from '../../cache/key.ts';
import type { Selection } from '../../resource/selection.ts';
import type { Viewer } from '../../resource/viewer.ts';
import type { Ask, Statements } from './ask.ts';
import type { ReadSteps } from './read-steps.ts';

/** A question, with the latest read of it. */
export interface KnownQuestion<S extends Selection = Selection> extends Question {
  /** The role of the viewers that ask it. */
  readonly role: string;
  read: KnownRead<S> | undefined;
}

/** Where a request has its question, if a hook has looked for it already. */
export const QUESTION = Symbol('hotpath/question');

export interface QuestionedRequest {
  [QUESTION]?: KnownQuestion | undefined;
}

/** A selection, with the parts of the request that it was parsed from, and what was made of it. */
interface KnownRead<S extends Selection> {
  readonly selection: S;
  readonly subject: string | undefined;
  readonly params: Parts;
  readonly query: Parts;
  readonly statements: Statements;
}

type Parts = Readonly<Record<string, unknown>>;

/** An ask whose question is known. */
export interface KnownAsk<S extends Selection> extends Ask<S> {
  readonly question: KnownQuestion<S>;
}

/** The highest number of reads that all routes of a server remember; each takes up to six kilobytes, most of them two. */
const MOST_READS = 10_000;
/** The longest URL whose read is remembered. */
const LONGEST_URL = 512;

/** The questions whose reads a server remembers. The oldest one makes room for a new one. */
export class KnownReads {
  readonly #most: number;
  readonly #kept: KnownQuestion[] = [];
  #next = 0;
  #isOver = false;

  constructor(most = MOST_READS) {
    this.#most = most;
  }

  keep<S extends Selection>(question: KnownQuestion<S>, read: KnownRead<S>): void {
    if (this.#isOver) return;
    if (question.read === undefined) this.#add(question as unknown as KnownQuestion);
    question.read = read;
  }

  /** From now on each request is parsed and compiled, for code that watches how. */
  end(): void {
    this.#isOver = true;
    for (const question of this.#kept.splice(0)) question.read = undefined;
  }

  #add(question: KnownQuestion): void {
    const oldest = this.#kept[this.#next];
    if (oldest) oldest.read = undefined;
    this.#kept[this.#next] = question;
    this.#next = (this.#next + 1) % this.#most;
  }
}

export interface RouteReadsParts<S extends Selection> {
  readonly known: KnownReads;
  readonly steps: Pick<ReadSteps<S>, 'ask'>;
  /** The tables of a selection, for the cache. */
  readonly tablesOf?: (selection: S) => readonly string[];
}

/** The reads of one route. */
export class RouteReads<S extends Selection> {
  readonly #parts: RouteReadsParts<S>;
  readonly #questions = createQuestions<KnownQuestion<S>>();

  constructor(parts: RouteReadsParts<S>) {
    this.#parts = parts;
  }

  /** The question of a request, if the route remembers it. */
  question({ url }: FastifyRequest, viewer: Viewer): KnownQuestion<S> | undefined {
    return this.#questions.known(url, viewer);
  }

  /** @throws 400 for an invalid request, 401 and 403 for a viewer without permission. */
  ask(request: FastifyRequest, viewer: Viewer, question = this.question(request, viewer)): KnownAsk<S> {
    const { read } = question ?? {};
    if (!read || !isReadOf(read, request, viewer)) return this.askApart(request, viewer, question);
    const { selection, statements } = read;
    return { request, viewer, question: question!, selection, statements };
  }

  /** As `ask`, without anything that was made for an earlier request. @throws as `ask`. */
  askApart(request: FastifyRequest, viewer: Viewer, question = this.question(request, viewer)): KnownAsk<S> {
    const { selection } = this.#parts.steps.ask(request, viewer);
    // A hook may change a request, and so the viewers that share its answer.
    const isSame = question?.scope === selection.scope;
    const asked = isSame ? question! : this.#add(request, viewer, selection);
    const statements = {};
    if (selection.isLasting && request.url.length <= LONGEST_URL) {
      const [params, query] = [{ ...(request.params as Parts) }, { ...(request.query as Parts) }];
      this.#parts.known.keep(asked, { selection, subject: viewer.subject, params, query, statements });
    }
    return { request, viewer, question: asked, selection, statements };
  }

  #add({ url }: FastifyRequest, viewer: Viewer, selection: S): KnownQuestion<S> {
    const tables = this.#parts.tablesOf?.(selection) ?? [];
    return this.#questions.add(url, viewer, { scope: selection.scope, role: viewer.role, tables, read: undefined });
  }
}

/** A hook of the server may have put other values into the request than its URL has. */
function isReadOf<S extends Selection>(
  read: KnownRead<S>,
  { params, query }: FastifyRequest,
  { subject }: Viewer,
): boolean {
  if (read.selection.scope === 'subject' && read.subject !== subject) return false;
  return hasSameParts(read.params, params as Parts) && hasSameParts(read.query, query as Parts);
}

function hasSameParts(known: Parts, given: Parts): boolean {
  let more = 0;
  for (const name in given) {
    if (known[name] !== given[name]) return false;
    more += 1;
  }
  for (const _ in known) more -= 1;
  return more === 0;
}
