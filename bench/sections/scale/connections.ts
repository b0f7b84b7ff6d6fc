/**
 * The service with 1 to 10,000 connections, each of which sends its next request when it has its reply. The service turns no
 * client away for its load: a client that shares it with 9,999 others waits. A client without any reply is an error.
 */
import type { Bench } from '../../support/bench.ts';
import type { ConnectionsScale, Scale } from '../../support/document.ts';
import { residentBytes } from '../../support/resident.ts';
import type { Target } from './target.ts';

export const NOBODY_TURNED_AWAY = { OVERLOAD_EVENT_LOOP_DELAY_MS: '0' };

const CONNECTIONS = [1, 10, 100, 1000, 10_000];
/** Files that a process has open beside its connections. */
const OTHER_FILES = 200;

export interface Connections {
  readonly connections: Scale['connections'];
  readonly warnings: readonly string[];
}

export async function scaleConnections({ quick, log }: Bench, { server, send }: Target): Promise<Connections> {
  const connections: Record<string, ConnectionsScale> = {};
  const most = mostFiles() - OTHER_FILES;
  await send({ connections: 10, seconds: quick ? 2 : 5 });
  for (const count of CONNECTIONS.filter((count) => count <= most)) {
    const seconds = (quick ? 0.5 : 4) + count / (quick ? 5000 : 2500);
    const connectSeconds = 0.5 + count / 1500;
    const turn = await send({ connections: count, seconds, connectSeconds });
    const [rate, errors] = [turn.operations / turn.seconds, turn.failures + turn.unanswered];
    connections[count] = { rate, p95Ms: turn.p95, errors, rssBytes: residentBytes(server.pid) };
    const reasons = errors > 0 ? ` ${JSON.stringify({ ...turn.reasons, unanswered: turn.unanswered })}` : '';
    log(`${count} connections: ${Math.round(rate)} a second, ${errors} errors${reasons}`);
  }
  const isWhole = most >= CONNECTIONS.at(-1)!;
  return {
    connections,
    warnings: isWhole
      ? []
      : [`A process may open ${mostFiles()} files here: raise it (ulimit -n) for 10,000 connections.`],
  };
}

function mostFiles(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files: { soft: number | 'unlimited' } } };
  const soft = userLimits?.open_files.soft ?? 'unlimited';
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
