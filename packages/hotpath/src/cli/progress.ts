/** Progress on standard error: a bar on a terminal, else a line for each tenth. */
const WIDTH = 24;

export interface ProgressBar {
  show(done: number): void;
  /** Restores the terminal, also after a failure. */
  close(): void;
}

export function progressBar(total: number, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  let told = 0;
  return {
    show(done) {
      const part = done / total;
      if (out.isTTY) {
        const filled = Math.round(WIDTH * part);
        out.write(`\r\x1b[K${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${done}/${total}`);
      } else if (Math.floor(part * 10) > told) {
        told = Math.floor(part * 10);
        out.write(`${done}/${total}\n`);
      }
    },
    close() {
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
}
