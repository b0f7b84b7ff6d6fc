import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/config/config.ts';
import { memoryOf } from '../src/config/memory.ts';
import { variables, wanted } from '../src/config/variables.ts';

const complete = { DATABASE_URL: 'postgresql://u:p@localhost/db', JWT_SECRET: 'x'.repeat(32) };

function complaint(environment: Record<string, string>): string {
  try {
    loadConfig({ ...complete, ...environment });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('The configuration was accepted.');
}

describe('loadConfig', () => {
  it('has a default for every variable that needs no decision', () => {
    const config = loadConfig(complete);
    expect(config.environment).toBe('production');
    expect(config.workers).toBe(1);
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 3000,
      shutdownDelayMs: 5000,
      shutdownTimeoutMs: 10_000,
      requestTimeoutMs: 15_000,
      bodyLimitBytes: 1_048_576,
      trustProxy: false,
      corsOrigins: [],
    });
    expect(config.database).toMatchObject({
      poolMax: 20,
      poolMin: 5,
      idleTimeoutMs: 30_000,
      connectionTimeoutMs: 2000,
      maxUses: 7500,
    });
  });

  it.each([
    ['PORT', 'abc', 'PORT is "abc", but must be an integer from 0 to 65535.'],
    ['PORT', '70000', 'PORT is "70000", but must be an integer from 0 to 65535.'],
    ['DATABASE_POOL_MAX', '1.5', 'DATABASE_POOL_MAX is "1.5", but must be an integer from 1 to 1000000.'],
    ['NODE_ENV', 'staging', 'NODE_ENV is "staging", but must be one of development, test, production.'],
    [
      'DATABASE_URL',
      'mysql://x',
      'DATABASE_URL is 9 characters long, but must be a URL that starts with postgres:// or postgresql://.',
    ],
    ['DATABASE_POOL_MIN', '21', 'DATABASE_POOL_MIN is 21, but must be at most DATABASE_POOL_MAX (20).'],
    [
      'CORS_ORIGINS',
      'https://a.example/path',
      'CORS_ORIGINS is "https://a.example/path", but must be origins between commas, such as https://app.example, or *.',
    ],
    ['TRUST_PROXY', '10.0.0.0/99', 'TRUST_PROXY names "10.0.0.0/99", which is neither an address nor a network.'],
    ['TRUST_PROXY', '1,999.1.1.1', 'TRUST_PROXY names "1", which is neither an address nor a network.'],
    [
      'CORS_ORIGINS',
      'https://a.example,https://B.example',
      'CORS_ORIGINS names "https://B.example", but a browser never sends it: an origin is scheme, host in lower case and, if it is not the usual one, port.',
    ],
    [
      'METRICS_TOKEN',
      `${'x'.repeat(20)}\n`,
      'METRICS_TOKEN is 21 characters long, but must be a secret of at least 16 characters, without blanks or line breaks at its ends.',
    ],
    ['BODY_LIMIT_BYTES', '0', 'BODY_LIMIT_BYTES is "0", but must be an integer from 1 to 1073741824 (bytes).'],
  ])('describes in one sentence the fault of %s=%s', (name, value, sentence) => {
    expect(complaint({ [name]: value })).toBe(sentence);
  });

  it.each([
    'https://a.example?x',
    'https://u:p@a.example',
    'https://a.example:443',
    'https://a.example:99999',
    'https://*.a.example',
  ])('refuses %s as an origin', (origin) => {
    expect(complaint({ CORS_ORIGINS: `https://b.example:8443,${origin}` })).toMatch(/^CORS_ORIGINS names /);
  });

  it.each(['10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/8/', '10.0.0.0, 10.0.0.1', '-1', '1.5', '999', ' 1', '10.0.0.0\n'])(
    'refuses %j as proxies',
    (proxies) => {
      expect(complaint({ TRUST_PROXY: proxies })).toMatch(/^TRUST_PROXY (is|names) /);
    },
  );

  it.each(['REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'])('refuses a port that does not exist in %s', (name) => {
    for (const port of [0, 65_536, 99_999]) {
      const environment = { REDIS_URL: 'redis://h', [name]: `a:6379,b:${port}` };
      const sentence = `${name} names the port ${port} of b, but must name one from 1 to 65535.`;
      expect(complaint(environment)).toBe(sentence);
    }
  });

  it('does not repeat a secret', () => {
    expect(complaint({ JWT_SECRET: 'hunter2' })).toBe(
      'JWT_SECRET is 7 characters long, but must be a secret of at least 32 characters.',
    );
  });

  it.each([
    ['DATABASE_URL', 'postgres://u:pa#ss@h/db', /^DATABASE_URL cannot be read as a URL: percent-encode/],
    ['DATABASE_URL', 'postgres://u:12#ss@h/db', /^DATABASE_URL has a # in it/],
    ['DATABASE_URL', 'postgres://u:12/ss@h/db', /^DATABASE_URL has an @ or a blank after its host/],
    ['REDIS_URL', 'redis://:pa%zz@h', /^REDIS_URL has a % without two hexadecimal digits/],
    ['SMTP_URL', 'smtp://u:p@h:port', /^SMTP_URL cannot be read as a URL/],
    ['JWKS_URL', 'https://h:port', /^JWKS_URL is not a valid URL/],
  ])('describes the fault of %s=%s, and repeats no part of the value', (name, value, sentence) => {
    const secret = name === 'JWKS_URL' ? { JWT_SECRET: '', SIGNING_SECRET: 'x'.repeat(32) } : {};
    expect(complaint({ ...secret, [name]: value })).toMatch(sentence);
    expect(complaint({ ...secret, [name]: value })).not.toContain('ss@h');
  });

  it.each([
    'postgresql://user@/db?host=/run/postgresql',
    'postgresql:///db',
    'postgres://u:p%40%2F@[::1]:5432/db?schema=x',
  ])('reads %s', (url) => {
    expect(loadConfig({ ...complete, DATABASE_URL: url }).database.url).toBe(url);
  });

  it('warns of a variable that is one letter away from a known one, without its value', () => {
    const { warnings } = loadConfig({
      ...complete,
      DATABSE_URL: 'x',
      PROT: 'x',
      LOGLEVEL: 'x',
      CACHE_MEMORY_BYTE: '1',
    });
    expect(warnings).toEqual([
      'DATABSE_URL is set and has no effect. The variable is called DATABASE_URL.',
      'PROT is set and has no effect. The variable is called PORT.',
      'LOGLEVEL is set and has no effect. The variable is called LOG_LEVEL.',
      'CACHE_MEMORY_BYTE is set and has no effect. The variable is called CACHE_MEMORY_BYTES.',
    ]);
    expect(loadConfig({ ...complete, HOME: '/root', PATH: '/bin', HOTS: '', REDIS_PORT: '1' }).warnings).toEqual([]);
  });

  it('requires one destination of mails', () => {
    expect(complaint({ SMTP_URL: 'smtp://h', MAIL_DIRECTORY: '/tmp' })).toMatch(
      /^SMTP_URL and MAIL_DIRECTORY are both set/,
    );
  });

  it('names every invalid variable', () => {
    expect(complaint({ PORT: 'x', LOG_LEVEL: 'loud' }).split('\n')).toHaveLength(2);
  });

  it('accepts proxies as addresses, as networks, or as their number', () => {
    const trusted = (proxies: string) => loadConfig({ ...complete, TRUST_PROXY: proxies }).http.trustProxy;
    const listed = trusted('loopback,10.0.0.0/8,fd00::/8,192.0.2.7') as (address: string) => boolean;
    const proxies = ['127.0.0.9', '[::1]:80', '10.1.2.3:4711', '::ffff:10.1.2.3', 'FD00::0:1', '192.0.2.7'];
    expect(proxies.map((address) => listed(address))).toEqual(proxies.map(() => true));
    const strangers = ['192.0.2.8', '11.0.0.1:80', '[fe00::1]', '', 'unknown', '10.0.0.1, 10.0.0.2'];
    expect(strangers.map((address) => listed(address))).toEqual(strangers.map(() => false));
    const hops = trusted('2') as (address: string, hop: number) => boolean;
    expect([0, 1, 2].map((hop) => hops('192.0.2.7', hop))).toEqual([true, true, false]);
  });

  it('treats an empty value as unset', () => {
    expect(loadConfig({ ...complete, PORT: '' }).http.port).toBe(3000);
  });

  it('requires a database and one way to verify tokens', () => {
    expect(complaint({ DATABASE_URL: '' })).toMatch(/^DATABASE_URL is not set/);
    expect(complaint({ JWT_SECRET: '' })).toMatch(/^Neither JWT_SECRET nor JWKS_URL/);
    expect(complaint({ JWKS_URL: 'https://id.example/keys' })).toMatch(/are both set/);
    expect(complaint({ JWT_SECRET: '', JWKS_URL: 'https://id.example/keys' })).toMatch(/without SIGNING_SECRET/);
  });
});

describe('the variables of OpenTelemetry', () => {
  const tracing = (more: Record<string, string>) => loadConfig({ ...complete, ...more });
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

  it.each([
    [{}, 'http://collector:4318/v1/traces'],
    [{ OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [{ OTEL_SDK_DISABLED: 'False' }, 'http://collector:4318/v1/traces'],
    [{ OTEL_TRACES_EXPORTER: 'None' }, undefined],
    [{ OTEL_TRACES_EXPORTER: 'OTLP' }, 'http://collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'GRPC' }, 'http://collector:4318'],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
      'http://collector:4318/v1/traces',
    ],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/x' }, 'http://other/x'],
  ])('with %o send traces to %s', (more, url) => {
    const config = tracing({ ...endpoint, ...more });
    expect([config.tracing.endpoint, config.warnings]).toEqual([url, []]);
  });

  it.each([
    ['OTEL_SDK_DISABLED', '1'],
    ['OTEL_TRACES_EXPORTER', 'zipkin'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'carrier-pigeon'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key=a%0D%0Ab'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a%20key=b'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '-1'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=1,b=%zz'],
  ])('are ignored with a warning if they are invalid: %s=%s', (name, value) => {
    const config = tracing({ [name]: value });
    expect(config.warnings).toEqual([expect.stringMatching(new RegExp(`^${name} is .* It is ignored\\.$`))]);
    expect(config.tracing).toEqual(loadConfig(complete).tracing);
  });

  it('name the service: the variable first, then the attribute, then hotpath', () => {
    const service = (more: Record<string, string>) => tracing(more).tracing.service;
    expect(service({})).toEqual({ 'service.name': 'hotpath' });
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: ' service.name=shop , team=a%2Cb%20c,' };
    expect(service(attributes)).toEqual({ 'service.name': 'shop', team: 'a,b c' });
    expect(service({ ...attributes, OTEL_SERVICE_NAME: 'till' })).toEqual({ 'service.name': 'till', team: 'a,b c' });
  });

  it('prefer the variable for traces to the one for all signals', () => {
    const config = tracing({
      OTEL_EXPORTER_OTLP_HEADERS: 'x=1,y=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'y=a%20b',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000',
      OTEL_BSP_MAX_QUEUE_SIZE: '100',
    });
    expect(config.tracing).toMatchObject({ headers: { x: '1', y: 'a b' }, timeoutMs: 2000, batchSize: 100 });
  });
});

describe('the heap that a process may use', () => {
  const MIB = 2 ** 20;
  const share = (containerBytes: number, workers = 1, heapLimit = 4096 * MIB) =>
    memoryOf({ workers, cacheBytes: 64 * MIB, containerBytes, heapLimit });

  it("is 90% of V8's limit if the container has no limit", () => {
    for (const none of [0, 2 ** 64]) expect(share(none)).toEqual({ heapBytes: Math.floor(4096 * MIB * 0.9) });
  });

  it("is each worker's share of the container's memory, without the cache and the memory outside the heap", () => {
    expect(share(1024 * MIB).heapBytes).toBe(Math.floor((1024 - 64 - 96) * MIB * 0.9));
    expect(share(2048 * MIB, 4).heapBytes).toBe(Math.floor((512 - 64 - 96) * MIB * 0.9));
    expect(share(1024 * MIB, 1, 512 * MIB).heapBytes).toBe(Math.floor(512 * MIB * 0.9));
  });

  it('suffices for an answer, with a warning, if the container is too small', () => {
    const { heapBytes, warning } = share(512 * MIB, 4);
    expect(heapBytes).toBe(128 * MIB);
    expect(warning).toMatch(/^The container has 512 MiB of memory, and WORKERS=4 .* may need 1209 MiB/);
  });
});

describe('docs/reference/configuration.md', () => {
  const document = readFileSync(new URL('../docs/reference/configuration.md', import.meta.url), 'utf8');

  it.each(Object.entries(variables.properties))('describes %s as the schema does', (name, schema) => {
    const fallback = 'default' in schema ? `\`${schema.default}\`` : '';
    expect(document).toContain(
      `| \`${name}\` | ${wanted(schema)} | ${fallback} | ${(schema as { description?: string }).description} |`,
    );
  });

  it('describes no unknown variable', () => {
    const told = [...document.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect(told).toEqual(Object.keys(variables.properties));
  });
});
