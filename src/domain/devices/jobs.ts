/** The periodic jobs of devices. */
import { job } from '../job.ts';
import { foldNext } from './fold-hours.ts';

/** At five minutes past every hour, folds the readings that have arrived. */
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
