/**
 * JSON-RPC 2.0 as the Prisma CLI speaks it to its engine: one message a line, requests answered one after the other.
 *
 * `readline` is of no use, because it also ends a line at U+2028, which a comment or name of a schema may contain.
 */
import { addAbortSignal, type Readable, type Writable } from 'node:stream';

/** Runs a method. `print` sends text that the CLI shows on its own stdout. Throws an RpcError. */
export type Call = (method: string, params: unknown, print: (text: string) => void) => Promise<unknown>;

export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

type Send = (message: object) => void;

/** Serves requests in their order until the input ends or `signal` aborts; the request at work is then the last. */
export async function serveRpc(
  streams: { input: Readable; output: Writable },
  call: Call,
  signal: AbortSignal,
): Promise<void> {
  const send: Send = (message) => void streams.output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  for await (const line of linesOf(streams.input, signal)) {
    if (signal.aborted) return;
    if (line.trim() !== '') await answer(line, call, send);
  }
}

/** The lines until the input ends or `signal` aborts. */
async function* linesOf(input: Readable, signal: AbortSignal): AsyncGenerator<string> {
  let text = '';
  try {
    for await (const chunk of addAbortSignal(signal, input.setEncoding('utf8'))) {
      const lines = `${text}${chunk}`.split('\n');
      text = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) yield text;
}

async function answer(line: string, call: Call, send: Send): Promise<void> {
  const message = parse(line);
  if (message === undefined) return send({ id: null, error: { code: -32700, message: 'Parse error' } });
  if (isReply(message)) return;
  if (!isRequest(message)) return send({ id: null, error: { code: -32600, message: 'Invalid Request' } });
  const { id, method, params } = message;
  const print = (content: string) => send({ id: `print-${id}`, method: 'print', params: { content } });
  try {
    send({ id, result: await call(method, params, print) });
  } catch (error) {
    const { code, message, data } = error as RpcError;
    send({ id, error: { code, message, data } });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The CLI replies to every `print`. */
function isReply(message: unknown): boolean {
  return isObject(message) && ('result' in message || 'error' in message);
}

function isRequest(message: unknown): message is { id: unknown; method: string; params: unknown } {
  return isObject(message) && 'id' in message && 'method' in message && typeof message.method === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
