/**
 * Logs: pino, as JSON lines; pretty where a person reads them. Tokens, cookies and secrets are never written: errors show
 * an allow-list of their properties, and no line leaves with a secret of the environment in it. An error that repeats is
 * logged once and then counted (`logger/repeated-errors.ts`).
 */
import type { FastifyBaseLogger, FastifyLoggerOptions, FastifyRequest, FastifyServerOptions } from 'fastify';
import { originOf } from 'hotpath/telemetry';
import { type LogFn, type Logger, type LoggerOptions, pino, symbols } from 'pino';
import type { Config } from '../../config/config.ts';
import { loggedError } from './logged-error.ts';
import { RepeatedErrors } from './repeated-errors.ts';

export function loggerOptions({ environment, log }: Pick<Config, 'environment' | 'log'>): PinoOptions {
  return {
    level: log.level,
    serializers: SERIALIZERS,
    hooks: new LogHooks(log.redact),
    ...(environment === 'development' && {
      transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } },
    }),
  };
}

/** Tells the operator what the configuration warns of. */
export function logWarnings(config: Config): void {
  const log = pino(loggerOptions(config));
  for (const warning of config.warnings) log.warn(warning);
}

type PinoOptions = FastifyLoggerOptions & LoggerOptions & { readonly level: string };

const censor = () => '[redacted]';

/** By the name of a property. Pino's own redaction by paths makes a line five times as dear. */
const SERIALIZERS = {
  err: loggedError,
  error: loggedError,
  req: ({ method, url }: FastifyRequest) => ({ method, path: url?.split('?', 1)[0] }),
  headers: censor,
  authorization: censor,
  cookie: censor,
  password: censor,
  secret: censor,
  token: censor,
};

const WARN = 40;

/** What pino asks before it writes a line, and when it has made one. */
class LogHooks {
  readonly streamWrite: (line: string) => string;
  /** A logger of the process, for lines that belong to no request. */
  logger: Logger | undefined;
  readonly #repeated = new RepeatedErrors(({ level, message, ...told }) => {
    this.logger?.[LEVELS[level]!](told, `Repeated: ${message}`);
  });

  constructor(redact: (line: string) => string) {
    this.streamWrite = redact;
  }

  readonly logMethod = function (this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const hooks = hooksOf(this);
    if (level < WARN || hooks === undefined || hooks.#isNew(this, args, level)) method.apply(this, args);
  };

  close(): void {
    this.#repeated.close();
  }

  #isNew(logger: Logger, [first, message]: Parameters<LogFn>, level: number): boolean {
    const error = first instanceof Error ? first : (first as { err?: unknown } | undefined)?.err;
    if (!(error instanceof Error)) return true;
    this.logger ??= logger;
    return this.#repeated.isFirst({ error, level, message: message ?? error.message });
  }
}

const LEVELS: Readonly<Record<number, 'warn' | 'error' | 'fatal'>> = { 40: 'warn', 50: 'error', 60: 'fatal' };

const hooksOf = (logger: object): LogHooks | undefined => {
  const hooks = (logger as { [symbols.hooksSym]?: unknown })[symbols.hooksSym];
  return hooks instanceof LogHooks ? hooks : undefined;
};

/** Lets a logger tell of errors that repeat, by lines that belong to no request. @returns what tells of the last of them. */
export function tellRepeatedErrors(logger: object): () => void {
  const hooks = hooksOf(logger);
  if (hooks) hooks.logger = logger as Logger;
  return () => hooks?.close();
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
  const { traceId, spanId } = originOf(raw);
  const ids = `,"reqId":"${bindings['reqId']}","trace_id":"${traceId}","span_id":"${spanId}"`;
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
