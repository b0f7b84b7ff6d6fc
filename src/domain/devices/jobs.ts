/** What is done about devices while nobody asks. */
import { job } from '../job.ts';
import { foldNext } from './fold-hours.ts';

/** Every hour, five minutes past, folds what has come in. */
export const foldReadings = job({
  name: 'devices.fold',
  attempts: 5,
  timeoutMs: 15 * 60_000,
  schedule: '5 * * * *',
  priority: 10,
  async run(_payload, { prisma, signal }) {
    for (;;) {
      signal.throwIfAborted();
      const folded = await prisma.$transaction(foldNext, { timeout: 60_000 });
      if (!folded || folded.caughtUp) return;
    }
  },
});
