/** The arrival of a body: whether the rest of a body is still to come, and its bytes once it is complete. */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestError } from '../../http/errors.ts';

/** The length of the body that the client announces, in bytes; 0 without a body, `undefined` for a chunked body. */
function announcedLength({ headers }: Pick<IncomingMessage, 'headers'>): number | undefined {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : undefined;
}

/** Whether the client has announced a body that has not arrived completely. */
export const isArriving = (raw: IncomingMessage): boolean => raw.complete === false && announcedLength(raw) !== 0;

/**
 * If the client sends a body after its request was refused, the server reads and drops up to this number of bytes, so
 * that the connection can be used again.
 */
const DROPPED_BYTES = 64 * 1024;

/** Whether a reply that is sent now leaves too much of the body unread to keep the connection. */
export function isLeftUnread(raw: IncomingMessage): boolean {
  if (!isArriving(raw)) return false;
  const length = announcedLength(raw);
  return length === undefined || length > DROPPED_BYTES || raw.headers.expect !== undefined;
}

/**
 * Reads a body of at most `limit` bytes. It keeps no byte of a longer body, nor of one that arrives after the reply.
 * @throws `bodyTooLarge`
 */
export async function readBody(request: FastifyRequest, reply: FastifyReply, limit: number): Promise<Buffer> {
  const length = announcedLength(request.raw);
  if (length === 0) return Buffer.alloc(0);
  if (length !== undefined && length > limit) throw tooLarge(limit);
  // The client waits for a 100 (Continue) before it sends the body.
  if (request.headers.expect !== undefined && request.raw.httpVersion !== '1.0') reply.raw.writeContinue();
  return new BodyReader(request.raw, reply, limit).bytes;
}

const tooLarge = (limit: number) => requestError('bodyTooLarge', `The body is larger than ${limit} bytes.`);

class BodyReader {
  readonly bytes: Promise<Buffer>;
  readonly #raw: IncomingMessage;
  readonly #reply: FastifyReply;
  readonly #limit: number;
  readonly #settle = Promise.withResolvers<Buffer>();
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(raw: IncomingMessage, reply: FastifyReply, limit: number) {
    this.bytes = this.#settle.promise;
    this.#raw = raw;
    this.#reply = reply;
    this.#limit = limit;
    raw.on('data', this.#take).on('end', this.#finish).on('error', this.#fail).on('close', this.#leave);
    reply.raw.on('finish', this.#leave);
    raw.resume();
  }

  readonly #take = (chunk: Buffer): void => {
    this.#length += chunk.length;
    if (this.#length > this.#limit) this.#fail(tooLarge(this.#limit));
    else this.#chunks.push(chunk);
  };

  readonly #finish = (): void => {
    this.#settle.resolve(this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks));
    this.#stop();
  };

  readonly #fail = (error: Error): void => {
    this.#settle.reject(error);
    this.#stop();
  };

  /** The client has left, or the server has answered the request before the body was complete. */
  readonly #leave = (): void => this.#fail(requestError('invalidRequest', 'The request was cut off.'));

  #stop(): void {
    const raw = this.#raw.off('data', this.#take).off('end', this.#finish).off('close', this.#leave);
    // A later error belongs to no request; without a listener it would end the process.
    raw.off('error', this.#fail).on('error', () => {});
    this.#reply.raw.off('finish', this.#leave);
    this.#chunks = [];
  }
}
