/**
 * Proves that no viewer sees a row or a field that the policy of its own resource hides, through any route and at any
 * depth of embedding; and that no computed value uses rows that the viewer may not see.
 *
 *     await policies({ app, as: { public: {}, alice, bob } });
 *
 * A proof needs rows that a policy hides: for each policy with a condition on rows, some viewer must not see some row.
 */
import { identifyingFields } from '../model/data-model.ts';
import { Askable, urlOf } from '../resource/askable.ts';
import type { Resource } from '../resource/resource.ts';
import { mustHaveNoFaults } from './fault.ts';
import { placesOf } from './places.ts';
import { chainsOf, fieldsOf } from './policy-chains.ts';
import { computedFaults } from './policy-computed.ts';
import { countSeen, readLevels } from './policy-rows.ts';
import {
  type AskedRoute,
  type Asker,
  outcomeOf,
  Proof,
  type ProofOptions,
  type ProofReply,
  REFUSALS,
} from './proof.ts';
import { undeclared } from './undeclared.ts';

export interface PoliciesOptions extends ProofOptions {
  /** Computed values that intentionally count hidden rows, each as resource and name: `['post.likes']`. */
  readonly shared?: readonly string[];
  /** The number of relations in depth to which rows are embedded; 3 without it. */
  readonly depth?: number;
}

/** The rows, fields and values that were read. */
export interface PolicyReport {
  readonly requests: number;
  /** Rows of replies that were checked against the policy of their resource. */
  readonly rows: number;
  /** By resource: the number of rows that are hidden from some viewer. */
  readonly hidden: Readonly<Record<string, number>>;
}

const DEPTH = 3;
const ROWS = 50;

/**
 * Proves that no viewer sees what a policy hides.
 * @throws {AssertionError} naming each request that shows too much, and each policy that nothing was hidden by.
 */
export async function policies(options: PoliciesOptions): Promise<PolicyReport> {
  const proof = await Proof.of(options);
  const check = new PolicyCheck(proof, options);
  for (const pair of proof.pairs()) await check.pair(pair);
  for (const asker of proof.askers) await check.computed(asker);
  await check.mustHide();
  mustHaveNoFaults('No viewer sees what a policy hides', check.faults);
  return { requests: check.requests, rows: check.rows, hidden: Object.fromEntries(check.hidden) };
}

class PolicyCheck {
  readonly faults: string[] = [];
  readonly hidden = new Map<string, number>();
  requests = 0;
  rows = 0;
  readonly #proof: Proof;
  readonly #depth: number;
  readonly #shared: readonly string[];

  constructor(proof: Proof, { depth = DEPTH, shared = [] }: PoliciesOptions) {
    this.#proof = proof;
    this.#depth = depth;
    this.#shared = shared;
  }

  async computed(asker: Asker): Promise<void> {
    for (const resource of this.#proof.hotpath.resources.all()) {
      this.faults.push(...(await computedFaults(this.#proof, resource, { asker, shared: this.#shared })));
    }
  }

  /** If every viewer may see every row, nothing is proved. */
  async mustHide(): Promise<void> {
    const { hotpath, askers } = this.#proof;
    for (const resource of hotpath.resources.all()) {
      const roles = askers.map(({ viewer }) => resource.policy[viewer.role]);
      if (!roles.some((grant) => grant?.rows)) continue;
      const model = hotpath.resources.dataModel.models[resource.model]!;
      if (identifyingFields(model).length === 0) continue;
      let hidden = 0;
      for (const asker of askers) hidden += await this.#hiddenFrom(asker, resource);
      this.hidden.set(resource.name, hidden);
      if (hidden === 0) this.faults.push(this.#unproved(resource.name));
    }
  }

  #unproved(name: string): string {
    const names = this.#proof.askers.map((asker) => asker.name).join(', ');
    return `The policy of ${name} hides no row from any of ${names}, so nothing could leak: add a row of another viewer.`;
  }

  async #hiddenFrom({ viewer }: Asker, resource: Resource): Promise<number> {
    if (!resource.policy[viewer.role]?.rows) return 0;
    const { all, seen } = await countSeen(this.#proof.hotpath, resource, { viewer });
    return all - seen;
  }

  async pair({ route, asker }: AskedRoute): Promise<void> {
    const { hotpath } = this.#proof;
    const askable = Askable.by(asker.viewer, route.read.resource, hotpath.resources);
    const places = await this.#placesOf({ route, asker });
    const questions = askable
      ? ['', ...chainsOf(askable, this.#depth).map((chain) => `fields=${fieldsOf(chain)}`)]
      : [''];
    for (const path of places) {
      for (const question of questions) {
        const paged = route.read.kind === 'list' ? [`limit=${this.#limitOf(route)}`, question] : [question];
        await this.#held(asker, urlOf(path, paged.filter((part) => part !== '').join('&')));
      }
    }
  }

  /** Places of other viewers' rows as well: for this viewer they must not exist. */
  async #placesOf({ route, asker }: AskedRoute): Promise<string[]> {
    const places: string[] = [];
    for (const other of this.#proof.askers) places.push(...(await placesOf(this.#proof, route, other)).slice(0, 1));
    const own = await placesOf(this.#proof, route, asker);
    return [...new Set([...own, ...places])];
  }

  #limitOf({ read }: AskedRoute['route']): number {
    return Math.min(ROWS, read.resource.limit.most, this.#proof.hotpath.resources.boundsOf(read.resource).rowsPerList);
  }

  async #held(asker: Asker, url: string): Promise<void> {
    const reply = await this.#proof.ask(asker, url);
    this.requests += 1;
    if (REFUSALS.includes(reply.status) || isTooMuch(reply)) return;
    if (reply.status !== 200) return void this.faults.push(outcomeOf(reply));
    const { selection } = reply.observation;
    const { data } = JSON.parse(reply.body) as { data: unknown };
    if (!selection) return;
    const { resources } = this.#proof.hotpath;
    this.faults.push(
      ...undeclared(resources, { resource: selection.resource, viewer: asker.viewer }, data).map(
        (fault) => `${reply.what} ${fault}`,
      ),
    );
    const levels = await readLevels(this.#proof.hotpath, reply.observation);
    const count = [data].flat().length;
    if (count !== (levels[0]?.rows.length ?? 0)) {
      this.faults.push(`${reply.what} shows ${count} rows, but its statement finds ${levels[0]?.rows.length ?? 0}.`);
    }
    for (const { resource, path, rows } of levels) {
      this.rows += rows.length;
      const { all, seen } = await countSeen(this.#proof.hotpath, resource, { viewer: asker.viewer, keys: rows });
      if (seen < all) {
        const where = path === '' ? '' : ` in "${path}"`;
        this.faults.push(
          `${reply.what} shows ${all - seen} of ${resource.name}${where} that its policy hides from ${asker.name}.`,
        );
      }
    }
  }
}

/** The server refuses more embedded rows than the bounds of the resource allow, and shows nothing. */
const isTooMuch = ({ status, body }: ProofReply): boolean => status === 400 && body.includes('INVALID_REQUEST');
