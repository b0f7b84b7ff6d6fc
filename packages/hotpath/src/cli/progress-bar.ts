/** The progress of a command on standard error: a bar on a terminal, otherwise at most twenty lines. */

const WIDTH = 24;
const MOST_LINES = 20;
/** A bar is drawn again at this interval, so that its time goes on. */
const DRAW_MS = 100;
const CLEAR_LINE = '\r\x1b[K';

/** The parts of a work that are done, and the name of the part that runs now or has just run. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly part?: string;
}

/**
 * The progress of work whose parts are counted, with the time since it began: `3/11 orders 4.2 s`. Close it also after a
 * failure, because that restores the terminal.
 */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout | undefined;
  #shown: Progress = { done: 0, total: 1 };
  #lines = 0;

  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
    if (out.isTTY) this.#timer = setInterval(() => this.#draw(), DRAW_MS).unref();
  }

  show(progress: Progress): void {
    this.#shown = progress;
    if (this.#out.isTTY) this.#draw();
    else this.#writeLine();
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#out.isTTY) this.#out.write(CLEAR_LINE);
  }

  #draw(): void {
    const { done, total } = this.#shown;
    const filled = Math.round((WIDTH * done) / total);
    this.#out.write(`${CLEAR_LINE}${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${this.#text()}`);
  }

  #writeLine(): void {
    const { done, total } = this.#shown;
    const lines = Math.floor((done * Math.min(total, MOST_LINES)) / total);
    if (lines <= this.#lines) return;
    this.#lines = lines;
    this.#out.write(`${this.#text()}\n`);
  }

  #text(): string {
    const { done, total, part } = this.#shown;
    const time = secondsText(performance.now() - this.#startedAt);
    return `${done}/${total} ${part === undefined ? time : `${part} ${time}`}`;
  }
}

/** A duration for an operator: `4.2 s`. */
export const secondsText = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
