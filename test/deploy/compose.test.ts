/** docker-compose.yml and the files that it mounts, compared with the code as far as possible without Docker. */
import { existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { pathOf, settingOf, textOf, yamlOf } from './files.ts';

interface Service {
  readonly image?: string;
  readonly build?: string | { readonly context: string; readonly target?: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly mem_limit?: string;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

const [production] = yamlOf<Compose>('docker-compose.yml');
const [development] = yamlOf<Compose>('docker-compose.override.yml');
const files = [
  ['docker-compose.yml', production!],
  ['docker-compose.override.yml', development!],
] as const;
const servicesIn = ({ services }: Compose) => Object.entries(services);
const defaults = loadConfig({ DATABASE_URL: 'postgres://host/db', JWT_SECRET: 'x'.repeat(32) });

describe.each(files)('%s', (_file, compose) => {
  it.each(['service', 'worker', 'migrate'])('gives %s only variables of the configuration', (name) => {
    const given = Object.keys(compose.services[name]?.environment ?? {});
    expect(given.filter((variable) => !(variable in variables.properties))).toEqual([]);
    expect(given).toContain('DATABASE_URL');
    // The image is for production, and lacks development's log formatter.
    expect(given).not.toContain('NODE_ENV');
  });

  it('mounts existing files', () => {
    const mounted = servicesIn(compose).flatMap(([, { volumes = [] }]) => volumes);
    const sources = mounted.map((volume) => volume.replace(/^\$\{\w+-([^}]*)\}/, '$1').split(':', 1)[0]!);
    expect(sources.filter((source) => source.startsWith('./') && !existsSync(pathOf(source)))).toEqual([]);
    const named = sources.filter((source) => !/^[./]/.test(source));
    expect(named.filter((name) => !(name in (production!.volumes ?? {})))).toEqual([]);
  });

  it('names a version of each image', () => {
    const images = servicesIn(compose).flatMap(([, { image }]) => image ?? []);
    expect(images.filter((image) => !/:(v?\d+|local$)/.test(image))).toEqual([]);
  });
});

describe('a secret', () => {
  const isSecret = (name: string) => /PASSWORD|SECRET|TOKEN|^(DATABASE|REDIS|SMTP)_URL$/.test(name);

  it('has no value and no default in docker-compose.yml', () => {
    const given = servicesIn(production!).flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = given.filter(([name]) => isSecret(name));
    expect(secrets.length).toBeGreaterThan(10);
    expect(secrets.filter(([, value]) => !/^\$\{\w+-\}$/.test(value))).toEqual([]);
  });

  it('is set for development in a file that says so first', () => {
    expect(textOf('docker-compose.override.yml')).toMatch(/^# DEVELOPMENT ONLY\. /);
    const given = servicesIn(development!).flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secrets = given.filter(([name, value]) => isSecret(name) && !/^smtp:\/\/[^@]*$/.test(value));
    expect(secrets.filter(([, value]) => !/development-only/.test(value))).toEqual([]);
    expect(textOf('deploy/prometheus/secrets/metrics-token')).toBe(
      development!.services['service']!.environment!['METRICS_TOKEN'],
    );
  });
});

describe('the roles of the database', () => {
  const urls = (compose: Compose) =>
    ['service', 'worker', 'migrate'].map((name) => compose.services[name]!.environment!['DATABASE_URL']);

  it('are the owner for migrations, and another for the service and its worker', () => {
    const variable = (name: string) => `$\{${name}-}`;
    expect(urls(production!)).toEqual(['DATABASE_URL', 'DIRECT_DATABASE_URL', 'OWNER_DATABASE_URL'].map(variable));
    const users = urls(development!).map((url) => new URL(url!).username);
    expect(users).toEqual(['hotpath_service', 'hotpath_service', 'hotpath']);
    expect(production!.services['pgbouncer']!.environment!['SERVICE_USER']).toBe('hotpath_service');
    expect(textOf('deploy/postgres/init/service.sh')).toContain('CREATE ROLE hotpath_service LOGIN');
  });

  it('of a standby copies the primary, and has the password of its role', () => {
    const role = 'hotpath_replication';
    expect(textOf('deploy/postgres/init/replication.sh')).toContain(`CREATE ROLE ${role} LOGIN REPLICATION`);
    expect(textOf('deploy/postgres/standby.sh')).toContain(`--username=${role}`);
    const { postgres, standby } = production!.services;
    expect(standby!.environment!['REPLICATION_PASSWORD']).toBe(postgres!.environment!['REPLICATION_PASSWORD']);
    expect(statSync(pathOf('deploy/postgres/standby.sh')).mode & 0o111).not.toBe(0);
  });
});

describe('the table of docs/operating/deploy.md', () => {
  it('has every variable that comes from the environment, and no other', () => {
    const taken = [...textOf('docker-compose.yml').matchAll(/^(?!#).*?\$\{([A-Z][A-Z_]+)-/gm)].map(([, name]) => name!);
    const table = textOf('docs/operating/deploy.md').split('\n| variable | for |\n')[1]!.split('\n\n', 1)[0]!;
    const named = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(
      ([, names]) => names!.match(/(?<=`)[A-Z_]+(?=`)/g) ?? [],
    );
    expect(named.sort()).toEqual([...new Set(taken)].sort());
  });
});

describe('the order of the start', () => {
  const dependencies = servicesIn(production!).flatMap(([name, { depends_on = {} }]) =>
    Array.isArray(depends_on) ? [] : Object.entries(depends_on).map(([on, { condition }]) => ({ name, on, condition })),
  );

  it('waits for the health of services with a health check, and for the end of the migrations', () => {
    expect(dependencies.length).toBeGreaterThan(6);
    for (const { on, condition } of dependencies) {
      const { healthcheck, build } = production!.services[on]!;
      const file = typeof build === 'string' ? `${build}/Dockerfile` : build && 'Dockerfile';
      const isChecked = healthcheck !== undefined || (file !== undefined && /^HEALTHCHECK /m.test(textOf(file)));
      expect([on, condition]).toEqual([on, on === 'migrate' ? 'service_completed_successfully' : 'service_healthy']);
      expect([on, isChecked]).toEqual([on, true]);
    }
  });

  it('is the same for the service and its worker: neither runs before the migrations', () => {
    const behind = dependencies.filter(({ on }) => on === 'migrate').map(({ name }) => name);
    expect(behind).toEqual(['service', 'worker']);
  });
});

describe('the limits of one part', () => {
  it('give requests time to finish before Docker kills the service', () => {
    for (const name of ['service', 'worker']) {
      const seconds = Number.parseInt(production!.services[name]!.stop_grace_period!, 10);
      expect(seconds * 1000).toBeGreaterThan(defaults.http.shutdownDelayMs + defaults.http.shutdownTimeoutMs);
    }
  });

  it('bound the memory of every container', () => {
    const unbounded = files.flatMap(([, compose]) =>
      servicesIn(compose).filter(([name, { mem_limit: limit }]) => {
        return limit === undefined && production!.services[name]?.mem_limit === undefined;
      }),
    );
    expect(unbounded.map(([name]) => name)).toEqual([]);
  });

  it('are those on which the memory alert is based', () => {
    const bytes = Number(
      /record: hotpath:memory_limit_bytes\s+expr: vector\((\d+)\)/.exec(textOf('deploy/prometheus/rules.yml'))?.[1],
    );
    expect(production!.services['service']!.mem_limit).toBe(`\${MEMORY-${bytes / 2 ** 20}m}`);
  });

  it('agree for Redis and its container', () => {
    const most = Number.parseInt(/^maxmemory (\d+)mb$/m.exec(textOf('deploy/redis/redis.conf'))![1]!, 10);
    expect(most).toBeLessThan(Number.parseInt(production!.services['redis']!.mem_limit!, 10));
  });

  it('make Redis evict the least recently used key of any kind, and refuse no write', () => {
    const policies = textOf('deploy/redis/redis.conf').match(/^maxmemory-policy .*$/gm);
    expect(policies).toEqual(['maxmemory-policy allkeys-lru']);
  });

  it('agree for PgBouncer between the service and PostgreSQL', () => {
    const pgbouncer = (name: string) => Number(settingOf('deploy/pgbouncer/pgbouncer.ini', name));
    const postgres = (name: string) => Number(settingOf('deploy/postgres/postgresql.conf', name));
    expect(pgbouncer('max_db_connections')).toBeLessThan(postgres('max_connections'));
    expect(pgbouncer('default_pool_size') + pgbouncer('reserve_pool_size')).toBeLessThanOrEqual(
      pgbouncer('max_db_connections'),
    );
    expect(pgbouncer('query_wait_timeout') * 1000).toBeGreaterThan(defaults.database.connectionTimeoutMs);
    expect(settingOf('deploy/pgbouncer/pgbouncer.ini', 'pool_mode')).toBe('transaction');
    const timeout = /connect_query='set statement_timeout = (\d+)'/.exec(textOf('deploy/pgbouncer/pgbouncer.ini'))?.[1];
    expect(Number(timeout)).toBe(defaults.database.statementTimeoutMs);
  });
});
