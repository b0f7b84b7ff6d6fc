/** Logs: pino, as JSON lines; pretty where a person reads them. Tokens, cookies and secrets are never written. */
import type { FastifyBaseLogger, FastifyLoggerOptions, FastifyRequest, FastifyServerOptions } from 'fastify';
import { type LoggerOptions, symbols } from 'pino';
import type { Config } from '../config.ts';
import { originOf } from '../engine/telemetry/origin.ts';

const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  '*.password',
  '*.secret',
  '*.token',
  'err.config',
];

export function loggerOptions({ environment, log }: Config): FastifyLoggerOptions & LoggerOptions {
  return {
    level: log.level,
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: {
      req: (request: FastifyRequest) => ({ method: request.method, path: request.url?.split('?', 1)[0] }),
    },
    ...(environment === 'development' && {
      transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } },
    }),
  };
}

/**
 * Each line of a request names the request and the trace that it is in. What both are made of needs neither escaping nor
 * redaction (`request-id.ts`), so they are added as text: pino's own way takes longer than the look-up of a hit.
 */
export const childLogger: NonNullable<FastifyServerOptions['childLoggerFactory']> = (
  logger,
  bindings,
  options,
  raw,
) => {
  const parent = logger as unknown as Texts;
  const ids = `,"reqId":"${bindings['reqId']}","trace_id":"${originOf(raw).traceId}"`;
  const own = Object.keys(options).length > 0 ? parent.child({}, options) : (Object.create(parent) as Texts);
  own[CHINDINGS] = parent[CHINDINGS] + ids;
  return own as unknown as FastifyBaseLogger;
};

const CHINDINGS = symbols.chindingsSym;

/** A logger, with what it writes into each line as text. */
interface Texts {
  [CHINDINGS]: string;
  child(bindings: object, options: object): Texts;
}
