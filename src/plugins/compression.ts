/**
 * Compression of replies that are not stored compressed: br or gzip from 1 KB, unless the request has `x-no-compression` or
 * the reply already has an encoding. `bodies.ts` decompresses the bodies of requests.
 */
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
