/**
 * The configuration: the environment's variables as one typed object. Nothing else in `src/` reads `process.env`. An invalid
 * value stops the start with one sentence a variable. `config/variables.ts` describes each variable. A test compares that
 * list with docs/reference/configuration.md.
 */
import { urlComplaint } from 'hotpath/database';
import { Value } from 'typebox/value';
import { type MemoryShare, memoryOf } from './memory.ts';
import { nearMisses } from './near-misses.ts';
import { originsComplaint } from './origins.ts';
import { proxiesComplaint, proxiesOf } from './proxies.ts';
import { misfitSentence, readValues } from './reading.ts';
import { createRedactor, type Redact } from './secrets.ts';
import { tracingFrom } from './telemetry.ts';

import { type Variables, variables } from './variables.ts';

export type Config = Readonly<ReturnType<typeof configFrom>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment, for code that adds to it before it loads the configuration. */
export const environment: Environment = process.env;

/** One or more variables are invalid; the message has a sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws {ConfigError} if a variable is invalid: the message names each one, its value and the accepted values. */
export function loadConfig(from: Environment = environment): Config {
  const { values: given, warnings } = readValues(from);
  const values = Value.Default(variables, { ...given });
  const misfits = new Set([...Value.Errors(variables, values)].map((error) => error.instancePath.slice(1)));
  if (misfits.size > 0) {
    throw new ConfigError([...misfits].map((name) => misfitSentence(name, String(given[name]))).join('\n'));
  }
  const checked = checkedTogether(values as Variables);
  const memory = memoryOf({ workers: checked.WORKERS, cacheBytes: checked.CACHE_MEMORY_BYTES });
  return configFrom(checked, {
    redact: createRedactor(from),
    warnings: [...warnings, ...nearMisses(from), ...(memory.warning ? [memory.warning] : [])],
    memory,
  });
}

function checkedTogether(values: Variables): Variables {
  const { DATABASE_URL, JWT_SECRET, JWKS_URL, SIGNING_SECRET } = values;
  const { DATABASE_POOL_MIN, DATABASE_POOL_MAX, TRUST_PROXY, CORS_ORIGINS, SMTP_URL, MAIL_DIRECTORY } = values;
  const complaint =
    (!DATABASE_URL && 'DATABASE_URL is not set, but the service needs a PostgreSQL database.') ||
    (!JWT_SECRET && !JWKS_URL && 'Neither JWT_SECRET nor JWKS_URL is set, but bearer tokens need one of them.') ||
    (JWT_SECRET && JWKS_URL && 'JWT_SECRET and JWKS_URL are both set, but only one of them can verify tokens.') ||
    (JWKS_URL && !SIGNING_SECRET && 'JWKS_URL is set without SIGNING_SECRET, which signs cursors and links.') ||
    urlsComplaint(values) ||
    (SMTP_URL && MAIL_DIRECTORY && 'SMTP_URL and MAIL_DIRECTORY are both set, but mail can go to only one of them.') ||
    (DATABASE_POOL_MIN > DATABASE_POOL_MAX &&
      `DATABASE_POOL_MIN is ${DATABASE_POOL_MIN}, but must be at most DATABASE_POOL_MAX (${DATABASE_POOL_MAX}).`) ||
    (TRUST_PROXY && proxiesComplaint(TRUST_PROXY)) ||
    (CORS_ORIGINS && originsComplaint(CORS_ORIGINS)) ||
    inspectorComplaint(values) ||
    redisComplaint(values);
  if (complaint) throw new ConfigError(complaint);
  return values;
}

const URLS_WITH_USERS = ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'] as const;
const LISTS_OF_URLS = ['DATABASE_REPLICA_URLS'] as const;
const OTHER_URLS = ['JWKS_URL'] as const;

function urlsComplaint(values: Variables): string | undefined {
  for (const name of URLS_WITH_USERS) {
    const complaint = values[name] && urlComplaint(name, values[name]);
    if (complaint) return complaint;
  }
  for (const name of LISTS_OF_URLS) {
    const complaint = urlsIn(values[name])
      .map((each) => urlComplaint(name, each))
      .find(Boolean);
    if (complaint) return complaint;
  }
  const other = OTHER_URLS.find((name) => values[name] && !URL.canParse(values[name]));
  return other && `${other} is not a valid URL.`;
}

function inspectorComplaint({ INSPECTOR, NODE_ENV, WORKERS }: Variables): string | undefined {
  if (INSPECTOR === 'off') return undefined;
  if (INSPECTOR === 'token' && NODE_ENV === 'production') {
    return 'INSPECTOR is "token", but in production the inspector is for administrators (admin), or off.';
  }
  if (WORKERS > 1) return `INSPECTOR needs WORKERS=1, but there are ${WORKERS}: each process keeps its own requests.`;
  return undefined;
}

function redisComplaint({ REDIS_URL, REDIS_SENTINELS, REDIS_CLUSTER_NODES }: Variables): string | undefined {
  if (REDIS_SENTINELS && REDIS_CLUSTER_NODES)
    return 'REDIS_SENTINELS and REDIS_CLUSTER_NODES are both set, but the service can use only one of them.';
  const [name, hosts] = Object.entries({ REDIS_SENTINELS, REDIS_CLUSTER_NODES }).find(([, value]) => value) ?? [];
  if (!name) return undefined;
  if (!REDIS_URL) return `${name} is set without REDIS_URL, which has the credentials and the protocol.`;
  const wrong = hostsIn(hosts).find(({ port }) => port < 1 || port > LAST_PORT);
  return wrong && `${name} names the port ${wrong.port} of ${wrong.host}, but must name one from 1 to ${LAST_PORT}.`;
}

const LAST_PORT = 65_535;

const urlsIn = (list: string | undefined): readonly string[] => list?.split(',') ?? [];

function hostsIn(list: string | undefined): { host: string; port: number }[] {
  return (list?.split(',') ?? []).map((text) => {
    const [host, port] = text.split(':') as [string, string];
    return { host, port: Number(port) };
  });
}

/** The parts of the environment that are not values of variables. */
interface Reading {
  readonly redact: Redact;
  readonly warnings: readonly string[];
  readonly memory: MemoryShare;
}

function configFrom(values: Variables, { redact, warnings, memory }: Reading) {
  return {
    /** Sentences for the operator about variables that are set and have no effect. */
    warnings,
    environment: values.NODE_ENV,
    release: values.RELEASE,
    workers: values.WORKERS,
    http: httpFrom(values),
    rateLimit: { public: values.RATE_LIMIT_PUBLIC, viewer: values.RATE_LIMIT_VIEWER },
    overload: {
      eventLoopDelayMs: values.OVERLOAD_EVENT_LOOP_DELAY_MS,
      heapBytes: values.OVERLOAD_HEAP_BYTES ?? memory.heapBytes,
    },
    redis: {
      url: values.REDIS_URL,
      sentinels: hostsIn(values.REDIS_SENTINELS),
      nodes: hostsIn(values.REDIS_CLUSTER_NODES),
      timeoutMs: values.REDIS_TIMEOUT_MS,
    },
    freshness: {
      pollMs: values.FRESHNESS_POLL_MS,
      boundMs: values.FRESHNESS_BOUND_MS,
      connectionMs: values.FRESHNESS_CONNECTION_MS,
      listen: values.FRESHNESS_LISTEN === 'on',
    },
    cache: {
      memoryBytes: values.CACHE_MEMORY_BYTES,
      rolloutPercent: values.CACHE_ROLLOUT_PERCENT,
      sampleOneIn: values.CACHE_SAMPLE_ONE_IN,
      warmUpEntries: values.CACHE_WARM_UP_ENTRIES,
    },
    log: { level: values.LOG_LEVEL, redact },
    database: databaseFrom(values),
    jobs: { inline: values.JOBS === 'inline', concurrency: values.JOBS_CONCURRENCY, port: values.JOBS_PORT },
    mail: { smtpUrl: values.SMTP_URL, directory: values.MAIL_DIRECTORY, from: values.MAIL_FROM },
    files: { directory: values.FILES_DIRECTORY },
    budget: { mode: values.BUDGET_MODE },
    auth: authFrom(values),
    signing: { secret: (values.SIGNING_SECRET ?? values.JWT_SECRET)! },
    tracing: tracingFrom(values),
    inspector: { access: values.INSPECTOR, token: values.INSPECTOR_TOKEN, traceUrl: values.INSPECTOR_TRACE_URL },
    metrics: { token: values.METRICS_TOKEN, isOpen: values.NODE_ENV !== 'production' },
  };
}

const httpFrom = (values: Variables) => ({
  host: values.HOST,
  port: values.PORT,
  shutdownDelayMs: values.SHUTDOWN_DELAY_MS,
  shutdownTimeoutMs: values.SHUTDOWN_TIMEOUT_MS,
  requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
  bodyLimitBytes: values.BODY_LIMIT_BYTES,
  trustProxy: proxiesOf(values.TRUST_PROXY),
  corsOrigins: values.CORS_ORIGINS?.split(',') ?? [],
});

const databaseFrom = (values: Variables) => ({
  url: values.DATABASE_URL!,
  replicaUrls: urlsIn(values.DATABASE_REPLICA_URLS),
  poolMax: values.DATABASE_POOL_MAX,
  poolMin: values.DATABASE_POOL_MIN,
  idleTimeoutMs: values.DATABASE_POOL_IDLE_TIMEOUT_MS,
  maxUses: values.DATABASE_POOL_MAX_USES,
  connectionTimeoutMs: values.DATABASE_CONNECTION_TIMEOUT_MS,
  statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
  preparedStatements: values.DATABASE_PREPARED_STATEMENTS === 'on',
});

const authFrom = (values: Variables) => ({
  secret: values.JWT_SECRET,
  jwksUrl: values.JWKS_URL,
  issuer: values.JWT_ISSUER,
  audience: values.JWT_AUDIENCE,
  subjectClaim: values.JWT_SUBJECT_CLAIM,
  roleClaim: values.JWT_ROLE_CLAIM,
  roles: values.JWT_ROLES.split(','),
  clockToleranceMs: values.JWT_CLOCK_TOLERANCE_MS,
  maxLifetimeMs: values.JWT_MAX_LIFETIME_MS,
});
