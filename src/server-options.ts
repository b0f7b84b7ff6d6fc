/** The options of the HTTP server below the plugins: ids, sizes, timeouts, and the form of a path. */
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
      // `request-head.ts` checks the header, with a better answer.
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

/** The interval at which Node.js looks for late requests: a request is found at most a quarter after its timeout. */
const checkingInterval = (timeoutMs: number): number => Math.min(Math.max(timeoutMs / 4, 50), 30_000);
