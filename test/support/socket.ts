/** A connection on which a test writes bytes, for what no HTTP client would send. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Connection {
  readonly socket: Socket;
  /** All that has come back. */
  received(): string;
  /** Resolves with all that came back when the other side has closed the connection. */
  readonly closed: Promise<string>;
}

/** @param address where a service listens: `http://127.0.0.1:3000`. */
export async function openConnection(address: string, text = ''): Promise<Connection> {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)));
  await once(socket, 'connect');
  socket.write(text);
  return { socket, received: () => received, closed };
}

/** The replies in what came back: status, headers by lower-case name, body. */
export function repliesIn(text: string) {
  return text.split(/(?=HTTP\/1\.1 \d)/).map((reply) => {
    const [head = '', body = ''] = reply.split('\r\n\r\n', 2);
    const [start = '', ...lines] = head.split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    return { status: Number(start.split(' ')[1]), headers, body };
  });
}
