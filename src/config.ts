/**
 * The configuration: one schema of environment variables, one typed object. Nothing else in `src/` reads
 * `process.env`. A value that does not fit stops the start with one sentence a variable. What each variable is for
 * stands beside it, and in docs/configuration.md, which a test holds to this list.
 */
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: value, description, unit: 'milliseconds' });

const count = (value: number, minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 1_000_000, default: value, description });

const url = (protocols: string[], description: string) =>
  Type.Optional(
    Type.String({
      pattern: `^(${protocols.join('|')})://.+`,
      wants: `a URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
      description,
    }),
  );

export const variables = Type.Object({
  NODE_ENV: Type.Enum(['development', 'test', 'production'], {
    default: 'production',
    description: 'How strict and how talkative the service is; secrets have no default in production.',
  }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'The address to listen on.' }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'The port to listen on; 0 takes a free one.',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'The least severe log line that is written.',
  }),
  SHUTDOWN_TIMEOUT_MS: milliseconds(
    10_000,
    'How long requests in flight may take to finish once the process is told to stop.',
  ),
  DATABASE_URL: url(['postgres', 'postgresql'], 'The database. `npm run dev` starts one of its own without it.'),
  DATABASE_POOL_MAX: count(20, 1, 'The most connections the pool opens.'),
  DATABASE_POOL_MIN: count(5, 0, 'Connections that are opened at the start and kept open when idle.'),
  DATABASE_POOL_IDLE_TIMEOUT_MS: milliseconds(
    30_000,
    'When a connection above the minimum that nobody uses is closed.',
  ),
  DATABASE_POOL_MAX_USES: count(7500, 1, 'Statements after which a connection is replaced.'),
  DATABASE_CONNECTION_TIMEOUT_MS: milliseconds(2000, 'How long a request waits for a connection.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(5000, 'When PostgreSQL cancels a statement; 0 never.'),
  BUDGET_MODE: Type.Enum(['throw', 'warn', 'count'], {
    default: 'count',
    description:
      'What happens to a request that sends more statements than its route declares: it fails, it is logged with the lines of code, or it is counted.',
  }),
  JWT_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      wants: 'a secret of at least 32 characters',
      description: 'The HS256 secret that signs bearer tokens. Either this or `JWKS_URL`.',
    }),
  ),
  JWKS_URL: url(['https', 'http'], 'Where the public keys that verify bearer tokens are. Either this or `JWT_SECRET`.'),
  JWT_ISSUER: Type.String({ default: 'hotpath', description: 'The issuer (`iss`) a token must name.' }),
  JWT_AUDIENCE: Type.String({ default: 'hotpath', description: 'The audience (`aud`) a token must name.' }),
});

export type Variables = Static<typeof variables>;
export type Config = Readonly<ReturnType<typeof configFrom>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, for those who add to it before they load the configuration. */
export const environment: Environment = process.env;

/** One or more variables do not fit; the message has a sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws {ConfigError} naming each variable that does not fit, what it got, and what it wants. */
export function loadConfig(from: Environment = environment): Config {
  const given = Object.fromEntries(
    Object.entries(variables.properties)
      .filter(([name]) => from[name])
      .map(([name, schema]) => [name, read(from[name]!, schema)]),
  );
  const values = Value.Default(variables, given);
  const misfits = new Set([...Value.Errors(variables, values)].map((error) => error.instancePath.slice(1)));
  if (misfits.size > 0) {
    throw new ConfigError([...misfits].map((name) => misfitSentence(name, String(given[name]))).join('\n'));
  }
  return configFrom(checkedTogether(values as Variables));
}

const read = (text: string, schema: VariableSchema) =>
  schema.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;

function checkedTogether(values: Variables): Variables {
  const { DATABASE_URL, JWT_SECRET, JWKS_URL, DATABASE_POOL_MIN, DATABASE_POOL_MAX } = values;
  const complaint =
    (!DATABASE_URL && 'DATABASE_URL is not set, but the service needs a PostgreSQL database.') ||
    (!JWT_SECRET && !JWKS_URL && 'Neither JWT_SECRET nor JWKS_URL is set, but bearer tokens need one of them.') ||
    (JWT_SECRET && JWKS_URL && 'JWT_SECRET and JWKS_URL are both set, but tokens are verified by one of them.') ||
    (DATABASE_POOL_MIN > DATABASE_POOL_MAX &&
      `DATABASE_POOL_MIN is ${DATABASE_POOL_MIN}, but must be at most DATABASE_POOL_MAX (${DATABASE_POOL_MAX}).`);
  if (complaint) throw new ConfigError(complaint);
  return values;
}

function configFrom(values: Variables) {
  return {
    environment: values.NODE_ENV,
    http: { host: values.HOST, port: values.PORT, shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS },
    log: { level: values.LOG_LEVEL },
    database: {
      url: values.DATABASE_URL!,
      poolMax: values.DATABASE_POOL_MAX,
      poolMin: values.DATABASE_POOL_MIN,
      idleTimeoutMs: values.DATABASE_POOL_IDLE_TIMEOUT_MS,
      maxUses: values.DATABASE_POOL_MAX_USES,
      connectionTimeoutMs: values.DATABASE_CONNECTION_TIMEOUT_MS,
      statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    budget: { mode: values.BUDGET_MODE },
    auth: {
      secret: values.JWT_SECRET,
      jwksUrl: values.JWKS_URL,
      issuer: values.JWT_ISSUER,
      audience: values.JWT_AUDIENCE,
    },
  };
}

function misfitSentence(name: string, got: string): string {
  const schema = variables.properties[name as keyof Variables] as VariableSchema;
  return `${name} is ${schema.secret ? `${got.length} characters long` : `"${got}"`}, but must be ${wanted(schema)}.`;
}

interface VariableSchema {
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  unit?: string;
  wants?: string;
  secret?: boolean;
}

/** What a variable accepts, in words: `an integer from 0 to 65535`. */
export function wanted(schema: VariableSchema): string {
  if (schema.wants) return schema.wants;
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type !== 'integer') return 'a text that is not empty';
  return `an integer from ${schema.minimum} to ${schema.maximum}${schema.unit ? ` (${schema.unit})` : ''}`;
}
