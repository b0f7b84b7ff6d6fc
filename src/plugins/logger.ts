/** Logs: pino, as JSON lines; pretty where a person reads them. Tokens, cookies and secrets are never written. */
import type { FastifyLoggerOptions, FastifyRequest, FastifyServerOptions } from 'fastify';
import type { LoggerOptions } from 'pino';
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

/** Each line of a request names the trace that it is in. */
export const childLogger: NonNullable<FastifyServerOptions['childLoggerFactory']> = (
  logger,
  bindings,
  options,
  raw,
) => {
  bindings['trace_id'] = originOf(raw).traceId;
  return logger.child(bindings, options);
};
