/**
 * Readiness: the checks that decide whether a process should be sent requests, and what they found.
 *
 * Some faults must keep a process from becoming ready, and must not take it away once it serves, since all processes
 * would go at once: a database that takes no writes still answers reads. Such a fault is told as `degraded` then.
 */
import { SessionSettingsError } from '../../../session/settings.ts';

export interface ReadinessCheck {
  readonly name: string;
  /** When a process is not ready for its sake: whenever it fails, until it has passed once, or never. */
  readonly needed: 'always' | 'once' | 'never';
  /** How long an answer without a complaint holds, in milliseconds. */
  readonly holdsMs: number;
  /** One sentence on what is wrong and what to do, for the operator; undefined if nothing is. One statement at most. */
  complaint(): Promise<string | undefined>;
}

export interface CheckState {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'degraded' | 'unknown';
  readonly detail?: string;
}

export interface Readiness {
  readonly checks: readonly CheckState[];
  /** Why a check could not be made, such as a database that is away. The checks behind it are unknown. */
  readonly error?: unknown;
}

export class ReadinessChecks {
  readonly #checks: readonly ReadinessCheck[];
  readonly #heldAt = new Map<ReadinessCheck, number>();
  #looking: Promise<Readiness> | undefined;

  constructor(checks: readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  /** Those who ask at the same time get the same answer. */
  look(): Promise<Readiness> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<Readiness> {
    const checks: CheckState[] = [];
    for (const check of this.#checks) {
      try {
        checks.push(await this.#stateOf(check));
      } catch (error) {
        const rest = this.#checks.slice(checks.length).map(({ name }) => ({ name, state: 'unknown' as const }));
        if (!(error instanceof SessionSettingsError)) return { checks: [...checks, ...rest], error };
        return { checks: [...checks, failed(check.name, error.message), ...rest.slice(1)] };
      }
    }
    return { checks };
  }

  async #stateOf(check: ReadinessCheck): Promise<CheckState> {
    const { name, needed, holdsMs } = check;
    const heldAt = this.#heldAt.get(check);
    if (heldAt !== undefined && performance.now() - heldAt < holdsMs) return { name, state: 'passed' };
    const detail = await check.complaint();
    if (detail === undefined) {
      this.#heldAt.set(check, performance.now());
      return { name, state: 'passed' };
    }
    const isNeeded = needed === 'always' || (needed === 'once' && heldAt === undefined);
    return isNeeded ? failed(name, detail) : { name, state: 'degraded', detail };
  }
}

const failed = (name: string, detail: string): CheckState => ({ name, state: 'failed', detail });
