/** The progress of a seed on standard error: a bar on a terminal, otherwise one line a step. */

import type { Progress } from './seed.ts';

const WIDTH = 24;

export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Leaves the terminal clean, also after a failure. */
  close(): void;
}

export function progressDisplay(out: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  return out.isTTY ? bar(out) : lines(out);
}

function lines(out: NodeJS.WritableStream): ProgressDisplay {
  return {
    show({ step, number, total, milliseconds }) {
      if (milliseconds !== undefined) out.write(`${number}/${total} ${step} ${seconds(milliseconds)}\n`);
    },
    close() {},
  };
}

function bar(out: NodeJS.WritableStream): ProgressDisplay {
  const started = performance.now();
  let current: Progress | undefined;
  const draw = () => {
    if (current) out.write(`\r\x1b[K${drawn(current)} ${seconds(performance.now() - started)}`);
  };
  const ticking = setInterval(draw, 100);
  return {
    show(progress) {
      current = progress;
      draw();
    },
    close() {
      clearInterval(ticking);
      out.write('\r\x1b[K');
    },
  };
}

function drawn({ step, number, total, milliseconds }: Progress): string {
  const done = milliseconds === undefined ? number - 1 : number;
  const filled = Math.round((WIDTH * done) / total);
  return `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total} ${step}`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
