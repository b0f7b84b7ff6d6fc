/**
 * Readiness: the checks that decide whether a process should get requests, and their results.
 *
 * Some faults must keep a process from becoming ready, but must not make it unready once it serves, because all
 * processes would become unready at once. For example, a database that takes no writes still answers reads. Then
 * `/readyz` reports such a fault as `degraded`.
 */
import { SessionSettingsError } from '../../../session/settings.ts';

export interface ReadinessCheck {
  readonly name: string;
  /** When a failed check makes the process unready: always, only until the check has passed once, or never. */
  readonly needed: 'always' | 'once' | 'never';
  /** How long a result without a complaint is kept, in milliseconds. */
  readonly holdsMs: number;
  /** One sentence for the operator on the fault and its remedy; undefined without a fault. One statement at most. */
  complaint(): Promise<string | undefined>;
}

export interface CheckState {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'degraded' | 'unknown';
  readonly detail?: string;
}

export interface Readiness {
  readonly checks: readonly CheckState[];
  /** The reason why a check could not run, such as a database that is away. The checks after it are unknown. */
  readonly error?: unknown;
}

export class ReadinessChecks {
  readonly #checks: readonly ReadinessCheck[];
  readonly #heldAt = new Map<ReadinessCheck, number>();
  #running: Promise<Readiness> | undefined;

  constructor(checks: readonly ReadinessCheck[]) {
    this.#checks = checks;
  }

  /** Concurrent requests get the same result. */
  check(): Promise<Readiness> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #check(): Promise<Readiness> {
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
