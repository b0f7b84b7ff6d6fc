/** CPU time of processes, from Linux's /proc; undefined on other systems. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of a tick, the unit of /proc: every Linux that Node.js runs on counts 100 a second. */
const MICROSECONDS = 10_000;

interface Stat {
  readonly parent: number;
  /** User and system time of its own, in microseconds. */
  readonly own: number;
  /** That of its children that have ended. */
  readonly ended: number;
}

/** The CPU time of a process so far, in microseconds. */
export const cpuOf = (pid: number): number | undefined => statOf(pid)?.own;

/** The CPU time of a process and all its children, living and ended, so far, in microseconds. */
export function cpuOfFamily(pid: number): number | undefined {
  for (;;) {
    const before = statOf(pid);
    const living = before ? childrenOf(pid).reduce((sum, { own }) => sum + own, 0) : 0;
    const after = statOf(pid);
    if (!before || !after) return undefined;
    // A child that ended in between would be missed, or counted twice.
    if (before.ended === after.ended) return after.own + after.ended + living;
  }
}

function childrenOf(pid: number): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((each) => statOf(Number(each)) ?? []).filter(({ parent }) => parent === pid);
}

export const parentOf = (pid: number): number | undefined => statOf(pid)?.parent;

function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // No /proc, or the process has ended meanwhile.
  }
  // The second field, the name in parentheses, may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent, user, system, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((index) => fields[index]!);
  return { parent: parent!, own: (user! + system!) * MICROSECONDS, ended: (endedUser! + endedSystem!) * MICROSECONDS };
}
