/** Resident memory of a process, from Linux's /proc; undefined on other systems. */
import { readFileSync } from 'node:fs';

export function residentBytes(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))!;
    return Number(kilobytes) * 1024;
  } catch {
    return undefined; // No /proc, or the process has ended meanwhile.
  }
}
