/** The variables of the environment: the accepted values, the purpose and the default of each. */
import Type, { type Static } from 'typebox';
import { telemetryVariables } from './telemetry.ts';

/** Ten days. Timers of Node.js take less than 25, and some of them the sum of two variables. */
const LONGEST_MS = 864_000_000;

const milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: LONGEST_MS, default: value, description, unit: 'milliseconds' });

const count = (value: number, minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: 1_000_000, default: value, description });

const onOrOff = (value: 'on' | 'off', description: string) => Type.Enum(['on', 'off'], { default: value, description });

/** A list of words between commas; each must match the pattern. */
const list = (word: string, wants: string, description: string) =>
  Type.Optional(Type.String({ pattern: `^(${word})(,(${word}))*$`, wants, description }));

const HOST_AND_PORT = '[^\\s,:]+:\\d{1,5}';

const url = (protocols: string[], description: string) =>
  Type.Optional(
    Type.String({
      pattern: `^(${protocols.join('|')})://.+`,
      secret: true,
      wants: `a URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
      description,
    }),
  );

const claim = (name: string, description: string) =>
  Type.String({
    pattern: '^\\S+$',
    wants: 'the name of a claim, or a path to it between dots, such as realm_access.roles',
    default: name,
    description,
  });

export const variables = Type.Object({
  NODE_ENV: Type.Enum(['development', 'test', 'production'], {
    default: 'production',
    description: 'How strict the service is and how much it logs; secrets have no default in production.',
  }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'The address to listen on.' }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'The port to listen on; 0 takes a free one.',
  }),
  WORKERS: Type.Integer({
    minimum: 1,
    maximum: 1024,
    default: 1,
    description: 'Processes that serve the port. Each has its own connections and, without Redis, its own rate limits.',
  }),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'The lowest level that the service logs.',
  }),
  SHUTDOWN_DELAY_MS: milliseconds(
    5000,
    'How long a process goes on accepting connections after the signal to stop. Meanwhile `/readyz` says that it is not ready, and each reply closes its connection.',
  ),
  SHUTDOWN_TIMEOUT_MS: milliseconds(10_000, 'How long requests in flight may take to finish after that.'),
  REQUEST_TIMEOUT_MS: milliseconds(
    15_000,
    'How long a request may take to arrive, and then how long its answer may take; 0 for no limit.',
  ),
  BODY_LIMIT_BYTES: Type.Integer({
    minimum: 1,
    maximum: 2 ** 30,
    default: 1_048_576,
    unit: 'bytes',
    description: 'The largest body that the service accepts, after decompression.',
  }),
  TRUST_PROXY: list(
    'loopback|linklocal|uniquelocal|[\\da-fA-F.:]+(/\\d{1,3})?',
    'addresses or networks between commas, or a number of proxies',
    'The proxies whose `X-Forwarded-*` headers name the client: their addresses or networks, or their number. None by default.',
  ),
  CORS_ORIGINS: list(
    '\\*|https?://[^/,\\s]+',
    'origins between commas, such as https://app.example, or *',
    'The web origins whose scripts may call the service. None by default.',
  ),
  RATE_LIMIT_PUBLIC: count(600, 0, 'Requests a minute from one address without a token; 0 for no limit.'),
  RATE_LIMIT_VIEWER: count(6000, 0, 'Requests a minute from one viewer, from any address; 0 for no limit.'),
  OVERLOAD_EVENT_LOOP_DELAY_MS: milliseconds(
    1000,
    'The mean delay of the event loop over a second, or the wait for admission, above which the service refuses requests; 0 for no limit.',
  ),
  OVERLOAD_HEAP_BYTES: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 2 ** 40,
      unit: 'bytes',
      description:
        "The heap in use above which the service refuses requests; 0 for no limit. Without it, the share of the container's memory that one process may use, and at most 90% of V8's limit.",
    }),
  ),
  REDIS_URL: url(
    ['redis', 'rediss'],
    'The Redis in which processes share cached responses and rate limits. Without it each process has its own.',
  ),
  REDIS_SENTINELS: list(
    HOST_AND_PORT,
    'host:port between commas',
    'The sentinels that know the master. The host of `REDIS_URL` is then the name of the master.',
  ),
  REDIS_CLUSTER_NODES: list(
    HOST_AND_PORT,
    'host:port between commas',
    'Nodes of a Redis Cluster in addition to the one in `REDIS_URL`. One reachable node is enough: it knows the others.',
  ),
  REDIS_TIMEOUT_MS: milliseconds(50, 'How long a request waits for Redis before it goes on without Redis.'),
  RELEASE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'The name of the code of this process: processes of two releases share no cached answer. Without it, a hash of the sources.',
    }),
  ),
  CACHE_MEMORY_BYTES: Type.Integer({
    minimum: 1,
    maximum: 2 ** 40,
    default: 67_108_864,
    unit: 'bytes',
    description:
      'The most memory of one process for cached responses; responses that are not public take at most three quarters of it.',
  }),
  FRESHNESS_POLL_MS: milliseconds(
    20,
    'How often the follower polls for changes while the process serves cached responses.',
  ),
  FRESHNESS_BOUND_MS: milliseconds(
    200,
    'The bound of staleness: the highest age of the last reading of the log. Beyond it the cache reads the log first, or requests bypass the cache.',
  ),
  FRESHNESS_CONNECTION_MS: milliseconds(
    5000,
    'How long the follower keeps its connection. A new connection follows a change of the database address.',
  ),
  FRESHNESS_LISTEN: onOrOff(
    'off',
    'Whether the follower also listens for notifications: `npm run hotpath -- notify on`. It does not work through a pooler in transaction mode.',
  ),
  CACHE_ROLLOUT_PERCENT: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 100,
    description:
      'The share of viewers whose reads the service caches. A hash of the viewer decides, always with the same result. 0 for no viewer.',
  }),
  CACHE_SAMPLE_ONE_IN: count(
    0,
    0,
    'The service compares one cache hit in this number with the database, in the background; 0 for none.',
  ),
  CACHE_WARM_UP_ENTRIES: count(
    0,
    0,
    'Responses, the most read first, that a process takes from Redis into its memory before `/readyz` says that it is ready.',
  ),
  DATABASE_URL: url(['postgres', 'postgresql'], 'The database. Without it, `npm run dev` starts its own.'),
  DATABASE_REPLICA_URLS: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://[^,]+(,postgres(ql)?://[^,]+)*$',
      secret: true,
      wants: 'URLs that start with postgres:// or postgresql://, with commas between them',
      description:
        'Physical standbys of the database, which answer reads of cached routes. A standby whose answer may lack a change is not believed: the service asks the database.',
    }),
  ),
  DATABASE_POOL_MAX: count(20, 1, 'The most connections the pool opens.'),
  DATABASE_POOL_MIN: count(5, 0, 'Connections that the pool opens at the start and keeps open when idle.'),
  DATABASE_POOL_IDLE_TIMEOUT_MS: milliseconds(30_000, 'How long an idle connection above the minimum stays open.'),
  DATABASE_POOL_MAX_USES: count(
    7500,
    1,
    'Uses (a statement, or a whole transaction) after which the pool replaces a connection.',
  ),
  DATABASE_CONNECTION_TIMEOUT_MS: milliseconds(2000, 'How long a request waits for a connection.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(
    5000,
    'The time after which PostgreSQL cancels a statement; 0 for no limit.',
  ),
  DATABASE_PREPARED_STATEMENTS: onOrOff(
    'on',
    'Whether each connection prepares a statement once. Turn it off for a pooler that does not support prepared statements.',
  ),
  JOBS: Type.Enum(['off', 'inline'], {
    default: 'off',
    description: 'Whether the service runs jobs itself, as in development. If not, `npm run worker` runs them.',
  }),
  JOBS_CONCURRENCY: count(10, 1, 'Jobs that a worker runs at a time.'),
  JOBS_PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 0,
    description: 'The port on which a worker answers `/healthz`, `/readyz` and `/metrics`; 0 takes a free one.',
  }),
  SMTP_URL: url(['smtp', 'smtps'], 'The mail server through which jobs send. Set either this or `MAIL_DIRECTORY`.'),
  MAIL_DIRECTORY: Type.Optional(
    Type.String({ minLength: 1, description: 'The directory for mails as `.eml` files, without a mail server.' }),
  ),
  MAIL_FROM: Type.String({
    minLength: 1,
    default: 'Hotpath <hotpath@localhost>',
    description: 'The sender of mails. The part after the `@` also ends their Message-IDs.',
  }),
  FILES_DIRECTORY: Type.String({
    minLength: 1,
    default: '.hotpath/files',
    description: 'The directory for reports. The service and its workers must share it.',
  }),
  BUDGET_MODE: Type.Enum(['throw', 'warn', 'count'], {
    default: 'count',
    description:
      'The treatment of a request that sends more statements than its route declares. The request fails, or the service logs it with the lines of code, or only counts it.',
  }),
  JWT_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      wants: 'a secret of at least 32 characters',
      description: 'The HS256 secret that signs bearer tokens. Set either this or `JWKS_URL`.',
    }),
  ),
  JWKS_URL: url(
    ['https', 'http'],
    'The URL of the public keys that verify bearer tokens. Set either this or `JWT_SECRET`.',
  ),
  SIGNING_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      wants: 'a secret of at least 32 characters',
      description:
        'The key that signs cursors and links to reports, the same in every service and worker. Without it, `JWT_SECRET` signs them. It is required with `JWKS_URL`.',
    }),
  ),
  JWT_ISSUER: Type.String({ default: 'hotpath', description: 'The issuer (`iss`) that a token must name.' }),
  JWT_AUDIENCE: Type.String({
    default: 'hotpath',
    description: 'The audience that a token must name: its `aud`, or one of them.',
  }),
  JWT_SUBJECT_CLAIM: claim('sub', 'The claim that names the viewer.'),
  JWT_ROLE_CLAIM: claim('role', 'The claim that names the role, or a list of roles. A token without it is a `user`.'),
  JWT_ROLES: Type.String({
    pattern: '^[^\\s,]+(,[^\\s,]+)*$',
    wants: 'names between commas',
    default: 'admin,user',
    description:
      'The roles in order of precedence. If a token has a list of roles, the viewer gets the first of these that the list has; `user` without one.',
  }),
  JWT_CLOCK_TOLERANCE_MS: milliseconds(
    5000,
    'How far the clocks of the issuer and the service may differ, for `exp` and `nbf`.',
  ),
  JWT_MAX_LIFETIME_MS: Type.Integer({
    minimum: 0,
    maximum: 2 ** 40,
    default: 0,
    unit: 'milliseconds',
    description: 'The longest time from now until the `exp` of a token; 0 for any.',
  }),
  ...telemetryVariables,
});

export type Variables = Static<typeof variables>;

export interface VariableSchema {
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  unit?: string;
  wants?: string;
  secret?: boolean;
  /** Whether the text is `name=value` between commas. */
  isPairs?: boolean;
}

/** The accepted values of a variable, in words: `an integer from 0 to 65535`. */
export function wanted(schema: VariableSchema): string {
  if (schema.wants) return schema.wants;
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type !== 'integer') return 'a text that is not empty';
  return `an integer from ${schema.minimum} to ${schema.maximum}${schema.unit ? ` (${schema.unit})` : ''}`;
}
