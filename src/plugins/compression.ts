/**
 * Compression of replies that are not stored compressed: br or gzip from 1 KB, unless the request has `x-no-compression` or
 * the reply already has an encoding. `bodies.ts` decompresses the bodies of requests.
 */
import { Readable, Stream } from 'node:stream';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import type { FastifyReply, onSendHookHandler, RouteOptions } from 'fastify';
import fp from 'fastify-plugin';
import { ENCODINGS, etagIn } from 'hotpath/edge';

const THRESHOLD_BYTES = 1024;

export const compression = fp(
  async (app) => {
    app.addHook('onSend', (_request, reply, _payload, done) => {
      varyByEncoding(reply);
      done();
    });
    app.addHook('onSend', leaveUnreadForHead);
    await app.register(compress, {
      encodings: ['br', 'gzip'],
      globalDecompression: false,
      threshold: THRESHOLD_BYTES,
      zlibOptions: { level: 6 },
      brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    });
    app.addHook('onRoute', headMeasuresLast);
    app.addHook('onRoute', nameWhatIsCompressed);
  },
  { name: 'compression' },
);

/** Small replies and uncompressed ones need `Vary`, too: another client gets the same URL compressed. */
function varyByEncoding(reply: FastifyReply): void {
  const vary = String(reply.getHeader('vary') ?? '');
  if (!/\baccept-encoding\b/i.test(vary)) reply.header('vary', vary ? `${vary}, accept-encoding` : 'accept-encoding');
}

/**
 * HEAD has the headers of GET without its body. Fastify would read the stream to its end, and `compress` would compress it, as
 * fast as both can. An empty stream in its place gets the same headers.
 */
const leaveUnreadForHead: onSendHookHandler = ({ method }, reply, payload, done) => {
  if (method !== 'HEAD') return done();
  const close = closerOf(payload);
  if (!close) return done();
  close((error) => reply.log.error({ err: error }, 'A stream failed that HEAD does not read.'));
  done(null, Readable.from([]));
};

type OnFailure = (error: unknown) => void;

/** How a payload is closed that is a stream, of Node.js or of the web. */
function closerOf(payload: unknown): ((onFailure: OnFailure) => void) | undefined {
  if (payload instanceof ReadableStream) return (onFailure) => void payload.cancel().catch(onFailure);
  if (payload instanceof Stream) return (onFailure) => void destroy(payload.on('error', onFailure));
  return undefined;
}

const destroy = (stream: Stream & { destroy?(): void }): void => stream.destroy?.();

/**
 * A HEAD route ends with the hook that measures the body and drops it. `compress` adds its own hook after that one. The two
 * change places, so that HEAD reports the length that GET sends.
 */
function headMeasuresLast({ method, onSend, compress: isCompressed }: RouteOptions): void {
  if (method !== 'HEAD' || !Array.isArray(onSend) || isCompressed === false) return;
  const [measure, shrink] = onSend.splice(-2);
  onSend.push(shrink!, measure!);
}

/** Compressed bytes are another representation, so their ETag differs. A weak ETag covers all encodings. */
function nameWhatIsCompressed(route: RouteOptions): void {
  if (route.compress === false) return;
  route.onSend = [route.onSend ?? [], nameEncoding].flat();
}

const nameEncoding: onSendHookHandler = (_request, reply, _payload, done) => {
  const etag = String(reply.getHeader('etag') ?? '');
  const encoding = ENCODINGS.find((name) => name === reply.getHeader('content-encoding'));
  if (etag.startsWith('"') && encoding) reply.header('etag', etagIn(etag, encoding));
  done();
};
