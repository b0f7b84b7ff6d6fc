/** The starting line: clients of autocannon that are all connected before the first of them sends anything. */
import type { Client } from 'autocannon';

/** More than a server that has nothing else to do takes to accept a connection. */
const ACCEPT_MS = 0.3;

/** @param onStart called when they begin. @returns what each client is to be given before it connects. */
export function startingLine(connections: number, onStart: () => void): (client: Client) => void {
  const ready: Client[] = [];
  const start = () => {
    onStart();
    for (const client of ready) client._doRequest();
  };
  return (client) => {
    const send = client._doRequest;
    client._doRequest = () => {
      client._doRequest = send;
      client.conn.once('connect', () => {
        ready.push(client);
        if (ready.length === connections) setTimeout(start, connections * ACCEPT_MS);
      });
    };
  };
}
