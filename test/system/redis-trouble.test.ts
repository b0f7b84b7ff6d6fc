/** A Redis that answers and cannot be used: the service says why once, without a secret, and TLS holds in every mode. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testEnvironment } from '../support/app.ts';
import { type Certificate, loopbackCertificate, redisTls } from '../support/certificate.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startService } from '../support/process.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { redisProgram } from '../support/redis-program.ts';

const PASSWORD = 'Zq7xKwVb9tRm';
let certificate: Certificate;
let redis: RedisServer;
let tlsPort: number;

beforeAll(async () => {
  certificate = await loopbackCertificate();
  tlsPort = await freePort();
  redis = await startRedis({ requirepass: PASSWORD, ...redisTls(certificate, tlsPort) });
  const admin = inspector();
  await admin.call('ACL', 'SETUSER', 'reader', 'on', `>${PASSWORD}`, '~*', '+@read', '+@connection');
  admin.disconnect();
}, 60_000);
afterAll(() => redis.stop());

const inspector = () => new Redis({ port: redis.port, password: PASSWORD });

async function start(more: Record<string, string>) {
  const environment = { ...testEnvironment(await testDatabaseUrl()), RATE_LIMIT_PUBLIC: '1000', LOG_LEVEL: 'warn' };
  // The service logs its address at `info`.
  return startService({ ...environment, LOG_LEVEL: 'info', ...more });
}

/** Asks until the breaker has opened. @returns the log's lines at `warn` and above, and all that was printed. */
async function troubles(more: Record<string, string>) {
  const service = await start(more);
  let errors = '';
  service.child.stderr!.on('data', (text) => {
    errors += text;
  });
  for (let n = 0; n < 20; n += 1) expect((await fetch(`${service.address}/v1/categories?limit=1`)).status).toBe(200);
  service.child.kill('SIGTERM');
  expect(await service.exit).toBe(0);
  const lines = service.log.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40);
  expect(service.log.join('\n') + errors).not.toContain(PASSWORD);
  expect(errors).toBe('');
  return lines.map(({ msg }) => msg as string).filter((text) => /The service goes on without it/.test(text));
}

describe('a Redis that cannot be used', () => {
  it.each([
    ['a wrong password', () => `redis://:not${PASSWORD}@127.0.0.1:${redis.port}`, /refuses the user or the password/],
    ['no password', () => `redis://127.0.0.1:${redis.port}`, /requires a password, and REDIS_URL has none/],
    ['too few rights', () => `redis://reader:${PASSWORD}@127.0.0.1:${redis.port}`, /may not do what the service needs/],
    ['an unknown certificate', () => `rediss://:${PASSWORD}@127.0.0.1:${tlsPort}`, /certificate of Redis is refused/],
    ['no TLS', () => `rediss://:${PASSWORD}@127.0.0.1:${redis.port}`, /may not speak TLS at this port/],
    ['no such database', () => `redis://:${PASSWORD}@127.0.0.1:${redis.port}/99`, /does not exist/],
  ])('for %s is said once to be so, and the service goes on', async (_name, url, sentence) => {
    expect(await troubles({ REDIS_URL: url() })).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ['', 'redis', /^No sentinel of REDIS_SENTINELS answers\. The service/],
    [' over TLS', 'rediss', /^No sentinel of REDIS_SENTINELS answers over TLS/],
  ])(
    'for want of a sentinel that answers%s is said once to be so, and the service goes on',
    async (_, scheme, sentence) => {
      const environment = {
        REDIS_URL: `${scheme}://:${PASSWORD}@cache`,
        REDIS_SENTINELS: `127.0.0.1:${await freePort()}`,
      };
      expect(await troubles(environment)).toEqual([expect.stringMatching(sentence)]);
    },
  );

  it('is another matter than a password that no Redis wants, of which ioredis prints nothing', async () => {
    const open = await startRedis();
    onTestFinished(() => open.stop());
    expect(await troubles({ REDIS_URL: `redis://:${PASSWORD}@127.0.0.1:${open.port}` })).toEqual([]);
  });
});

describe('TLS', () => {
  it('holds to the sentinels and to the master', async () => {
    const sentinel = await startTlsSentinel();
    const environment = {
      REDIS_URL: `rediss://:${PASSWORD}@cache`,
      REDIS_SENTINELS: `127.0.0.1:${sentinel}`,
      NODE_EXTRA_CA_CERTS: certificate.certificateFile,
    };
    const service = await start(environment);
    const admin = inspector();
    onTestFinished(() => admin.disconnect());
    await expect
      .poll(
        async () => {
          await fetch(`${service.address}/v1/categories?limit=1`);
          return (await admin.keys('hotpath:*')).length;
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0);
    const clients = String(await admin.client('LIST')).split('\n');
    // Sentinels have names, and the inspector is at the other port.
    const ofService = clients.filter((line) => line.includes(' name= ') && !line.includes(`:${redis.port} `));
    expect(ofService).toEqual([expect.stringContaining(`laddr=127.0.0.1:${tlsPort}`)]);
    service.child.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  }, 30_000);

  it('applies to sentinels, too: the service sends nothing to one in plain text', async () => {
    const heard: number[] = [];
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        heard.push(bytes[0]!);
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const service = await start({ REDIS_URL: `rediss://:${PASSWORD}@cache`, REDIS_SENTINELS: `127.0.0.1:${port}` });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThan(0);
    service.child.kill('SIGTERM');
    await service.exit;
    const handshake = 0x16;
    expect(new Set(heard)).toEqual(new Set([handshake]));
  });
});

/** A sentinel that speaks TLS alone. @returns its port. */
async function startTlsSentinel(): Promise<number> {
  const port = await freePort();
  const file = join(mkdtempSync(join(tmpdir(), 'hotpath-sentinel-')), 'sentinel.conf');
  const tls = Object.entries(redisTls(certificate, port)).map((pair) => pair.join(' '));
  const watch = [`sentinel monitor cache 127.0.0.1 ${tlsPort} 1`, `sentinel auth-pass cache ${PASSWORD}`];
  writeFileSync(file, ['port 0', 'bind 127.0.0.1', 'tls-replication yes', ...tls, ...watch, ''].join('\n'));
  const child = spawn(await redisProgram(), [file, '--sentinel'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return port;
}
