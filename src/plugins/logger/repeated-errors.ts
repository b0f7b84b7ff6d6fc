/**
 * Errors that repeat: an outage fails every request, and each would log the same stack. The log shows the first error in
 * full. The code counts further ones, and reports them in one line every ten seconds and one at the end:
 *
 *     {"level":50,"times":5711,"code":"ECONNREFUSED","msg":"Repeated: The database cannot be reached; try again shortly."}
 *
 * Two errors are the same if their log messages are equal, and also their codes, or else their messages or places in the
 * code.
 */

export interface Occurrence {
  readonly error: Error;
  readonly level: number;
  /** The message of the log line. */
  readonly message: string;
}

export interface RepetitionSummary {
  readonly level: number;
  readonly message: string;
  readonly code: string;
  /** The number since the last line about it. */
  readonly times: number;
  /** The total, once it has ended: no such error occurred during one interval of summaries. */
  readonly timesInAll?: number;
  /** The time of the first log line, in milliseconds since 1970. */
  readonly since: number;
}

interface Episode extends Omit<RepetitionSummary, 'times' | 'timesInAll'> {
  times: number;
  timesInAll: number;
}

const SUMMARY_MS = 10_000;
/** Beyond this number of different errors, the code counts all others as one. */
const MOST_EPISODES = 200;

export class RepeatedErrors {
  readonly #episodes = new Map<string, Episode>();
  readonly #summarise: (summary: RepetitionSummary) => void;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(summarise: (summary: RepetitionSummary) => void, everyMs = SUMMARY_MS) {
    this.#summarise = summarise;
    this.#everyMs = everyMs;
  }

  /**
   * Counts an error.
   * @returns whether it is the first of its kind, to be logged.
   */
  isFirst({ error, level, message }: Occurrence): boolean {
    const key = this.#keyOf(`${level}\n${message}\n${kindOf(error)}`);
    const episode = this.#episodes.get(key);
    if (episode) {
      episode.times += 1;
      return false;
    }
    this.#episodes.set(key, { level, message, code: codeOf(error), since: Date.now(), times: 0, timesInAll: 1 });
    this.#timer ??= setInterval(() => this.#summariseAll(), this.#everyMs).unref();
    return true;
  }

  /** Reports the errors that no line has reported. */
  close(): void {
    this.#summariseAll();
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#episodes.clear();
  }

  #keyOf(key: string): string {
    return this.#episodes.size < MOST_EPISODES || this.#episodes.has(key) ? key : 'others';
  }

  #summariseAll(): void {
    for (const [key, { times, timesInAll, ...episode }] of this.#episodes) {
      const all = timesInAll + times;
      if (times > 0) this.#summarise({ ...episode, times });
      else if (all > 1) this.#summarise({ ...episode, times, timesInAll: all });
      if (times === 0) this.#episodes.delete(key);
      else this.#episodes.set(key, { ...episode, times: 0, timesInAll: all });
    }
    if (this.#episodes.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? error.name);

/** Codes of unreachable servers: the place in the code is irrelevant. */
const AWAY = /^(E[A-Z]+|08.{3}|53.{3}|57.{3}|P10\d\d|P20(24|28)|SESSION_SETTINGS|[A-Z]+_UNAVAILABLE|[A-Z]+_TIMEOUT)$/;

function kindOf(error: Error): string {
  const code = codeOf(error);
  if (AWAY.test(code)) return code;
  // The text identifies a plain error. Others, such as a TypeError, differ by their place.
  if (code === 'Error') return error.message.replace(/\d+/g, '#');
  return `${code}\n${placeOf(error)}`;
}

const OWN_FRAME = /^ +at .*\/(?:src|prisma)\/.*$/m;

const placeOf = ({ stack = '', message }: Error): string => OWN_FRAME.exec(stack)?.[0].trim() ?? message;
