/** A request whose reply is looked at, not measured. */
import { setTimeout as pause } from 'node:timers/promises';

const OVERLOADED = 503;
const RETRY_MS = 100;

/**
 * The reply to a GET: 2xx or 304. A service that has just started on a busy machine turns requests away, so they are
 * sent again. @throws for any other status, with the body.
 */
export async function fetchReply(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  for (;;) {
    const reply = await fetch(url, { headers });
    if (reply.ok || reply.status === 304) return reply;
    const body = await reply.text();
    if (reply.status !== OVERLOADED) throw new Error(`${url}: ${reply.status} ${body}`);
    await pause(RETRY_MS);
  }
}
