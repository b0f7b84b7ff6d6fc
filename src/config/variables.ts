/** The variables of the environment: what each may be, what it is for, and what it is without being set. */
import Type, { type Static } from 'typebox';
import { telemetryVariables } from './telemetry.ts';

const milliseconds = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: value, description, unit: 'milliseconds' });

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
    description: 'How strict and how talkative the service is; secrets have no default in production.',
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
    description: 'The least severe log line that is written.',
  }),
  SHUTDOWN_DELAY_MS: milliseconds(
    5000,
    'How long a process goes on accepting connections after it is signalled to stop. Meanwhile `/readyz` says that it is not ready, and each reply closes its connection.',
  ),
  SHUTDOWN_TIMEOUT_MS: milliseconds(10_000, 'How long requests in flight may take to finish after that.'),
  REQUEST_TIMEOUT_MS: milliseconds(
    15_000,
    'How long a request may take to arrive, and then to be answered; 0 for ever.',
  ),
  BODY_LIMIT_BYTES: Type.Integer({
    minimum: 1,
    maximum: 2 ** 30,
    default: 1_048_576,
    unit: 'bytes',
    description: 'The largest body that is read, counted after it is decompressed.',
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
  RATE_LIMIT_PUBLIC: count(600, 0, 'Requests a minute from one address that brings no token; 0 for no limit.'),
  RATE_LIMIT_VIEWER: count(6000, 0, 'Requests a minute from one viewer, wherever from; 0 for no limit.'),
  OVERLOAD_EVENT_LOOP_DELAY_MS: milliseconds(
    1000,
    'The mean delay of the event loop over a second, or the wait for a turn, from which on requests are turned away; 0 never.',
  ),
  OVERLOAD_HEAP_BYTES: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 2 ** 40,
      unit: 'bytes',
      description:
        "The heap in use, from which on requests are turned away; 0 never. Without it, what the container's memory leaves for one process, and at most 90% of V8's limit.",
    }),
  ),
  REDIS_URL: url(
    ['redis', 'rediss'],
    'The Redis that processes share: for what is cached, and to count requests together. Without it each is alone.',
  ),
  REDIS_SENTINELS: list(
    HOST_AND_PORT,
    'host:port between commas',
    'The sentinels that know the master. The host of `REDIS_URL` is the name of the master then.',
  ),
  REDIS_CLUSTER_NODES: list(
    HOST_AND_PORT,
    'host:port between commas',
    'Nodes of a Redis Cluster beside the one in `REDIS_URL`, any of which knows the others.',
  ),
  REDIS_TIMEOUT_MS: milliseconds(50, 'When a request goes on without Redis.'),
  RELEASE: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Names the code of this process: processes of two releases share no cached answer. Without it a hash of the sources.',
    }),
  ),
  CACHE_MEMORY_BYTES: Type.Integer({
    minimum: 1,
    maximum: 2 ** 40,
    default: 67_108_864,
    unit: 'bytes',
    description:
      'The most that cached responses take in the memory of one process; those that are not for the public, three quarters of it.',
  }),
  FRESHNESS_POLL_MS: milliseconds(
    20,
    'How often the follower polls for changes while the process serves cached responses.',
  ),
  FRESHNESS_BOUND_MS: milliseconds(
    200,
    'The bound of staleness: how old the knowledge of changes may be. Past it the cache catches up first, or is bypassed.',
  ),
  FRESHNESS_CONNECTION_MS: milliseconds(
    5000,
    'How long the connection that follows changes is kept. The database address may move while a connection stays.',
  ),
  FRESHNESS_LISTEN: onOrOff(
    'off',
    'Whether changes are listened for as well: `npm run hotpath -- notify on`. Not through a pooler in transaction mode.',
  ),
  CACHE_ROLLOUT_PERCENT: Type.Integer({
    minimum: 0,
    maximum: 100,
    default: 100,
    description: 'The share of viewers whose reads are cached; a hash decides and never changes. 0 for no viewer.',
  }),
  CACHE_SAMPLE_ONE_IN: count(0, 0, 'Compares one hit of this number with the database, in the background; 0 for none.'),
  CACHE_WARM_UP_ENTRIES: count(
    0,
    0,
    'Responses, the most read first, that a process takes from Redis into its memory before `/readyz` says that it is ready.',
  ),
  DATABASE_URL: url(['postgres', 'postgresql'], 'The database. `npm run dev` starts one of its own without it.'),
  DATABASE_POOL_MAX: count(20, 1, 'The most connections the pool opens.'),
  DATABASE_POOL_MIN: count(5, 0, 'Connections that are opened at the start and kept open when idle.'),
  DATABASE_POOL_IDLE_TIMEOUT_MS: milliseconds(30_000, 'When an idle connection above the minimum is closed.'),
  DATABASE_POOL_MAX_USES: count(
    7500,
    1,
    'Uses (a statement, or a whole transaction) after which a connection is replaced.',
  ),
  DATABASE_CONNECTION_TIMEOUT_MS: milliseconds(2000, 'How long a request waits for a connection.'),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(5000, 'When PostgreSQL cancels a statement; 0 never.'),
  DATABASE_PREPARED_STATEMENTS: onOrOff(
    'on',
    'Whether statements are prepared once a connection. Off for a pooler that cannot keep them.',
  ),
  JOBS: Type.Enum(['off', 'inline'], {
    default: 'off',
    description: 'Whether the service runs jobs itself, as in development, or leaves them to `npm run worker`.',
  }),
  JOBS_CONCURRENCY: count(10, 1, 'Jobs that a worker runs at a time.'),
  JOBS_PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 0,
    description: 'The port on which a worker answers `/healthz`, `/readyz` and `/metrics`; 0 takes a free one.',
  }),
  SMTP_URL: url(['smtp', 'smtps'], 'The mail server that jobs send by. Either this or `MAIL_DIRECTORY`.'),
  MAIL_DIRECTORY: Type.Optional(
    Type.String({ minLength: 1, description: 'Where mails are laid down as `.eml` files when there is no server.' }),
  ),
  MAIL_FROM: Type.String({
    minLength: 1,
    default: 'Hotpath <hotpath@localhost>',
    description: 'The sender of mails. The part after the `@` also ends their Message-IDs.',
  }),
  FILES_DIRECTORY: Type.String({
    minLength: 1,
    default: '.hotpath/files',
    description: 'Where reports are kept. The service and its workers must see the same directory.',
  }),
  BUDGET_MODE: Type.Enum(['throw', 'warn', 'count'], {
    default: 'count',
    description:
      'The treatment of a request that sends more statements than its route declares: it fails, it is logged with the lines of code, or it is counted.',
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
  SIGNING_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      secret: true,
      wants: 'a secret of at least 32 characters',
      description:
        'The key that signs cursors and links to reports, the same in every service and worker. Without it `JWT_SECRET`; with `JWKS_URL` it must be set.',
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
    description: "Of a list of roles in a token the first of these is the viewer's; `user` if it has none of them.",
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
  /** Whether it is `name=value` between commas. */
  isPairs?: boolean;
}

/** What a variable accepts, in words: `an integer from 0 to 65535`. */
export function wanted(schema: VariableSchema): string {
  if (schema.wants) return schema.wants;
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type !== 'integer') return 'a text that is not empty';
  return `an integer from ${schema.minimum} to ${schema.maximum}${schema.unit ? ` (${schema.unit})` : ''}`;
}
