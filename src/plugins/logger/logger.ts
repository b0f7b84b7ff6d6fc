/**
 * Logs: pino, as JSON lines; pretty in a terminal. The log never contains tokens, cookies or secrets: errors show an
 * allow-list of their properties, and a redactor removes the secrets of the environment from each line. An error that repeats
 * is logged once and then counted (`logger/repeated-errors.ts`). The service goes on where its standard output takes no more,
 * as on a full disk: it loses those lines.
 */
import type { FastifyLoggerOptions, FastifyRequest, FastifyServerOptions } from 'fastify';
import { originOf } from 'hotpath/telemetry';
import { type LogFn, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from '../../config/config.ts';
import { loggedError } from './logged-error.ts';
import { givenHooks, withText } from './pino-internals.ts';
import { RepeatedErrors } from './repeated-errors.ts';

export function loggerOptions({ environment, log }: Pick<Config, 'environment' | 'log'>): PinoOptions {
  return {
    level: log.level,
    serializers: SERIALIZERS,
    hooks: new LogHooks(log.redact),
    ...(environment === 'development'
      ? { transport: { target: 'pino-pretty', options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname' } } }
      : { stream: standardOutput() }),
  };
}

/** A logger of the process, beside that of a server. */
export function openLogger(config: Pick<Config, 'environment' | 'log'>): Logger {
  const { stream, ...options } = loggerOptions(config);
  return pino(options, stream);
}

/** Lines that wait for a slow output, in bytes; beyond them lines are lost. */
const MOST_WAITING = 16 * 1024 * 1024;

let output: ReturnType<typeof pino.destination> | undefined;

/** An error without a listener would end the process, and pino would try for ever to write the last lines before its end. */
function standardOutput(): NonNullable<typeof output> {
  if (output) return output;
  const stream = pino.destination({ sync: false, maxLength: MOST_WAITING });
  stream.on('error', () => {
    stream.flushSync = () => {};
  });
  output = stream;
  return stream;
}

/** Logs the configuration's warnings for the operator. */
export function logWarnings(config: Config): void {
  const log = openLogger(config);
  for (const warning of config.warnings) log.warn(warning);
}

type PinoOptions = FastifyLoggerOptions & LoggerOptions & { readonly level: string };

const censor = () => '[redacted]';

/** By the name of a property. Pino's own redaction by paths makes a line five times as expensive. */
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

/** Pino's hooks before a line is written and after it is made. */
class LogHooks {
  readonly streamWrite: (line: string) => string;
  /** A logger of the process, for lines that belong to no request. */
  logger: Logger | undefined;
  readonly #repeated = new RepeatedErrors(({ level, message, ...fields }) => {
    this.logger?.[LEVELS[level]!](fields, `Repeated: ${message}`);
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
  const hooks = givenHooks(logger);
  return hooks instanceof LogHooks ? hooks : undefined;
};

/**
 * Lets a logger report errors that repeat, in lines that belong to no request.
 * @returns a function that reports the remaining ones.
 */
export function logRepeatedErrors(logger: object): () => void {
  const hooks = hooksOf(logger);
  if (hooks) hooks.logger = logger as Logger;
  return () => hooks?.close();
}

/**
 * Each line of a request names the request and its trace. Neither id needs escaping or redaction (`request-id.ts`), so this
 * code adds them as text: pino's own way takes longer than the look-up of a hit.
 */
export const childLogger: NonNullable<FastifyServerOptions['childLoggerFactory']> = (
  logger,
  bindings,
  options,
  raw,
) => {
  const { traceId, spanId } = originOf(raw);
  const ids = `,"reqId":"${bindings['reqId']}","trace_id":"${traceId}","span_id":"${spanId}"`;
  return withText(Object.keys(options).length > 0 ? logger.child({}, options) : logger, ids);
};
