/** How the server under the service behaves before a plugin is asked: ids, sizes, times, and what a path is. */
import type { FastifyHttpOptions, RawServerDefault } from 'fastify';
import { DEFAULT_BOUNDS } from 'hotpath';
import type { Config } from './config/config.ts';
import { childLogger, loggerOptions } from './plugins/logger/logger.ts';
import { answerMalformed, answerUnroutable } from './plugins/malformed.ts';
import { requestIdOf } from './plugins/request-id.ts';
import { QuietLogController } from './plugins/request-log.ts';

export function serverOptions(config: Config) {
  const { requestTimeoutMs, bodyLimitBytes, trustProxy } = config.http;
  return {
    logger: loggerOptions(config),
    childLoggerFactory: childLogger,
    logController: new QuietLogController(),
    genReqId: requestIdOf,
    trustProxy,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkingInterval(requestTimeoutMs),
      // `request-head.ts` asks for it, and answers better.
      requireHostHeader: false,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // A key may be a long text.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: DEFAULT_BOUNDS.bytesPerValue },
    ajv: { customOptions: { removeAdditional: false, allErrors: true } },
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerMalformed,
  } satisfies FastifyHttpOptions<RawServerDefault>;
}

/** Node.js looks for requests that are late this often: often enough that "late" means at most a quarter more. */
const checkingInterval = (timeoutMs: number): number => Math.min(Math.max(timeoutMs / 4, 50), 30_000);
