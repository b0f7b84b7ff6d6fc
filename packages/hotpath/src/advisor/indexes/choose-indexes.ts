/**
 * Chooses among candidates: first all of them together, then each is taken away again unless statements miss it, the one
 * that saves least first. An index stays if it saves more than its upkeep costs. If one that includes columns does not, the
 * same index without them may. A partial index replaces one of all rows if it is half as large or less, and serves the same
 * statements as well.
 */
import type { OnAdvisorProgress } from '../advice.ts';
import type { Candidates } from './candidates.ts';
import { definitionOf, type IndexCandidate } from './index-candidate.ts';
import type { IndexTrial } from './index-trial.ts';
import type { MeasuredWrites } from './measured-writes.ts';
import type { PlannedStatement, StatementPlan, StatementPlanner } from './planner.ts';

/** A statement that an index makes cheaper. */
export interface HelpedStatement {
  readonly text: string;
  readonly routes: readonly string[];
  readonly weight: number;
  /** In the planner's units. */
  readonly before: number;
  readonly after: number;
}

export interface ChosenIndex {
  readonly candidate: IndexCandidate;
  readonly bytes: number;
  /** The cost to writes where it could be measured. */
  readonly writes: MeasuredWrites | undefined;
  /** The statement that gains most first. */
  readonly helps: readonly HelpedStatement[];
}

/** A statement may cost this much more than under all candidates: the planner's costs are no more exact. */
const TOLERANCE = 1.05;

/** The most of the bytes of an index that a partial one may have to replace it. */
const MOST_BYTES = 0.5;

export interface ChoosingOptions {
  readonly planner: StatementPlanner;
  readonly trial: IndexTrial;
  readonly statements: readonly PlannedStatement[];
  /** The cost of an index to the writes of its table, in the planner's units; see `upkeep-cost.ts`. */
  upkeepOf(candidate: IndexCandidate): number;
  /** A column that no index of the database has. */
  newColumnOf(candidate: IndexCandidate): string | undefined;
  /** Whether the weights of the statements are their calls. Otherwise each statement is judged alone. */
  readonly isCounted: boolean;
  readonly onProgress?: OnAdvisorProgress | undefined;
}

export async function chooseIndexes(candidates: Candidates, options: ChoosingOptions): Promise<ChosenIndex[]> {
  const choice = new Choice(options);
  await choice.begin(candidates);
  await choice.reduce();
  await choice.shrink(candidates.variants);
  return choice.chosen();
}

/** Plans by the place of their statement. */
type Plans = ReadonlyMap<number, StatementPlan>;

class Choice {
  readonly #options: ChoosingOptions;
  readonly #candidates = new Map<string, IndexCandidate>();
  #before: StatementPlan[] = [];
  /** The plans under all candidates. */
  #best: StatementPlan[] = [];
  #now: StatementPlan[] = [];

  constructor(options: ChoosingOptions) {
    this.#options = options;
  }

  async begin({ plain, variants }: Candidates): Promise<void> {
    this.#before = await this.#plans('before');
    await this.#create(plain, 'indexes of keys');
    await this.#dropUnused(await this.#plans('with keys'));
    const kept = new Set(['', ...[...this.#candidates.values()].map((each) => definitionOf(each))]);
    const wanted = variants.filter(({ of }) => kept.has(of));
    const unique = new Map(wanted.map(({ candidate }) => [definitionOf(candidate), candidate]));
    await this.#create([...unique.values()], 'covering indexes');
    this.#best = await this.#plans('with all');
    this.#now = [...this.#best];
    await this.#dropUnused(this.#now);
  }

  async reduce(): Promise<void> {
    let size: number;
    do {
      size = this.#candidates.size;
      for (const [index, name] of this.#byGain().entries()) {
        await this.#tryWithout(name);
        this.#options.onProgress?.({ done: index + 1, total: size, part: 'choice' });
      }
    } while (this.#candidates.size < size);
  }

  /** Replaces indexes by partial ones. */
  async shrink(variants: Candidates['variants']): Promise<void> {
    for (const [name, candidate] of [...this.#candidates]) {
      if (candidate.where !== undefined) continue;
      const of = definitionOf({ ...candidate, include: [] });
      const partial = variants
        .filter((each) => each.of === of && each.candidate.where !== undefined)
        .filter((each) => each.candidate.include.join() === candidate.include.join())
        .toSorted((one, other) => (one.candidate.share ?? 1) - (other.candidate.share ?? 1));
      for (const each of partial) if (await this.#replace(name, each.candidate)) break;
    }
  }

  /** @returns whether the partial index is smaller, and the statements do not miss the other one. */
  async #replace(name: string, partial: IndexCandidate): Promise<boolean> {
    const { trial } = this.#options;
    const smaller = await trial.create(partial);
    if (smaller === undefined) return false;
    const plans = await this.#plansWithout(name);
    const isMissed = this.#isMissed(this.#candidates.get(name)!, plans);
    if (isMissed || (await trial.sizeOf(smaller)) > MOST_BYTES * (await trial.sizeOf(name))) {
      await trial.drop(smaller);
      return false;
    }
    await this.#drop(name);
    this.#candidates.set(smaller, partial);
    for (const [index, plan] of plans) this.#now[index] = plan;
    return true;
  }

  async chosen(): Promise<ChosenIndex[]> {
    const { trial, onProgress, newColumnOf } = this.#options;
    const chosen: ChosenIndex[] = [];
    const total = this.#candidates.size;
    for (const [name, candidate] of this.#candidates) {
      const bytes = await trial.sizeOf(name);
      const writes = await trial.writesOf(name, newColumnOf(candidate));
      chosen.push({ candidate, bytes, writes, helps: this.#helpedBy(name) });
      onProgress?.({ done: chosen.length, total, part: 'writes' });
    }
    return chosen.toSorted((one, other) => totalGain(other.helps) - totalGain(one.helps));
  }

  async #create(candidates: readonly IndexCandidate[], part: string): Promise<void> {
    for (const [index, candidate] of candidates.entries()) {
      const name = await this.#options.trial.create(candidate);
      if (name !== undefined) this.#candidates.set(name, candidate);
      this.#options.onProgress?.({ done: index + 1, total: candidates.length, part: part });
    }
  }

  async #plan(statement: PlannedStatement): Promise<StatementPlan> {
    const { planner, trial } = this.#options;
    const plan = await planner.planOf(statement);
    return { ...plan, indexes: new Set([...plan.indexes].map((name) => trial.nameInPlan(name))) };
  }

  async #plans(part: string): Promise<StatementPlan[]> {
    const { statements, onProgress } = this.#options;
    const plans: StatementPlan[] = [];
    for (const statement of statements) {
      plans.push(await this.#plan(statement));
      onProgress?.({ done: plans.length, total: statements.length, part: `plans ${part}` });
    }
    return plans;
  }

  async #dropUnused(plans: readonly StatementPlan[]): Promise<void> {
    const used = new Set(plans.flatMap(({ indexes }) => [...indexes]));
    for (const name of [...this.#candidates.keys()]) if (!used.has(name)) await this.#drop(name);
  }

  /** The plans of the statements that use an index, without it. */
  async #plansWithout(name: string): Promise<Plans> {
    const { statements, trial } = this.#options;
    const affected = [...statements.keys()].filter((index) => this.#now[index]!.indexes.has(name));
    const plans = new Map<number, StatementPlan>();
    await trial.without(name, async () => {
      for (const index of affected) plans.set(index, await this.#plan(statements[index]!));
    });
    return plans;
  }

  /** Drops an index unless the statements miss it. */
  async #tryWithout(name: string): Promise<void> {
    const candidate = this.#candidates.get(name)!;
    const plans = await this.#plansWithout(name);
    if (this.#isMissed(candidate, plans)) return;
    const narrower = candidate.include.length > 0 ? await this.#narrower(name, plans) : undefined;
    await this.#drop(name);
    for (const [index, plan] of narrower ?? plans) this.#now[index] = plan;
  }

  /**
   * Creates the index without the columns that it includes, if the statements miss both.
   * @param without the plans of the affected statements with neither.
   * @returns their plans with the narrower one.
   */
  async #narrower(name: string, without: Plans): Promise<Plans | undefined> {
    const { trial } = this.#options;
    const narrower = { ...this.#candidates.get(name)!, include: [] };
    const isThere = [...this.#candidates.values()].some((each) => definitionOf(each) === definitionOf(narrower));
    if (isThere || !this.#isMissed(narrower, without)) return undefined;
    const created = await trial.create(narrower);
    if (created === undefined) return undefined;
    const plans = await this.#plansWithout(name);
    if (![...plans.values()].some(({ indexes }) => indexes.has(created))) {
      await trial.drop(created);
      return undefined;
    }
    this.#candidates.set(created, narrower);
    return plans;
  }

  /**
   * Whether statements become dearer than the upkeep of the index is worth. The loss counts from the best plans, so that
   * many small losses do not add up; but an index that alone hardly matters any more goes.
   * @param plans those of the affected statements without the index.
   */
  #isMissed(candidate: IndexCandidate, plans: Plans): boolean {
    const upkeep = this.#options.upkeepOf(candidate);
    return this.#loss(plans, this.#best) > upkeep && this.#loss(plans, this.#now) > upkeep / 2;
  }

  #loss(plans: Plans, from: readonly StatementPlan[]): number {
    const { statements, isCounted } = this.#options;
    const losses = [...plans].flatMap(([index, { cost }]) => {
      if (cost <= this.#best[index]!.cost * TOLERANCE) return [];
      return [(cost - from[index]!.cost) * (isCounted ? statements[index]!.weight : 1)];
    });
    return isCounted ? losses.reduce((sum, each) => sum + each, 0) : Math.max(0, ...losses);
  }

  async #drop(name: string): Promise<void> {
    await this.#options.trial.drop(name);
    this.#candidates.delete(name);
  }

  /** The one that saves least first; of two equals, the one with more columns, or that includes more of them. */
  #byGain(): string[] {
    const included = (name: string) => this.#candidates.get(name)!.include.length;
    const width = (name: string) => this.#candidates.get(name)!.columns.length + included(name);
    const gains = new Map([...this.#candidates.keys()].map((name) => [name, totalGain(this.#helpedBy(name))]));
    return [...gains.keys()].toSorted(
      (a, b) => gains.get(a)! - gains.get(b)! || width(b) - width(a) || included(b) - included(a),
    );
  }

  #helpedBy(name: string): HelpedStatement[] {
    const helped = this.#options.statements.flatMap(({ text, routes, weight }, index) => {
      const [before, after] = [this.#before[index]!.cost, this.#now[index]!.cost];
      const isHelped = this.#now[index]!.indexes.has(name) && after < before;
      return isHelped ? [{ text, routes, weight, before, after }] : [];
    });
    return helped.toSorted((one, other) => gain(other) - gain(one));
  }
}

const gain = ({ weight, before, after }: HelpedStatement): number => weight * (before - after);

const totalGain = (helps: readonly HelpedStatement[]): number => helps.reduce((sum, each) => sum + gain(each), 0);
