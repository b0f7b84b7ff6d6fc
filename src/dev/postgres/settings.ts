/** The settings of the embedded server: those of a real server on a machine of this size. */
import { totalmem } from 'node:os';

/** Names and values as in postgresql.conf. */
export type PostgresSettings = Readonly<Record<string, string>>;

export function postgresSettings(overrides: PostgresSettings): PostgresSettings {
  const memory = memoryMegabytes();
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: `${Math.min(Math.floor(memory / 4), 1024)}MB`,
    effective_cache_size: `${Math.floor(memory / 2)}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    max_wal_size: '2GB',
    wal_compression: 'on',
    random_page_cost: '1.1',
    shared_preload_libraries: 'pg_stat_statements',
    track_io_timing: 'on',
    log_min_duration_statement: '250ms',
    log_lock_waits: 'on',
    log_line_prefix: '%m [%p] %q%a@%d ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...overrides,
  };
}

export function asConfiguration(settings: PostgresSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  return `# Written at every start. Settings of your own: ALTER SYSTEM.\n${lines.join('')}`;
}

/** The memory that this process may use: a container's limit, if it has one. */
function memoryMegabytes(): number {
  return Math.floor(Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 2 ** 20);
}
