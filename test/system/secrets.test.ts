/** The output of real processes about URLs that are misspelt in random ways: it never has any part of the password. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/config/secrets.ts';
import { testEnvironment } from '../support/app.ts';
import { runToEnd } from '../support/process.ts';

/** Parts that are in no other text, around characters that mean something in a URL, a shell or JSON. */
const PARTS = ['Zq7xKw', 'Vb9tRm', 'Lp4sNj'] as const;
const hostile = fc.string({ unit: fc.constantFrom(...'@#/?:%&= "\'\\$+;,<>[]{}|^`~éß'), maxLength: 3 });
const password = fc
  .tuple(hostile, hostile, hostile, hostile)
  .map(([a, b, c, d]) => `${a}${PARTS[0]}${b}${PARTS[1]}${c}${PARTS[2]}${d}`);

type Write = (scheme: string, secret: string) => string;

const WITHOUT_USER: Write = (scheme, secret) => `${scheme}://${secret}@127.0.0.1:1/db`;

const WITHOUT_HOST: Write = (scheme, secret) => `${scheme}://hotpath:${secret}`;

/** Whether no reading of the URL takes a part of the password for a user or a host, which are not secret. */
const isRecognisable = (write: Write, secret: string): boolean =>
  !(write === WITHOUT_USER && secret.includes(':')) && !(write === WITHOUT_HOST && /[@/?]/.test(secret));

/** Ways to write a URL wrongly, or rightly. */
const SPELLINGS: readonly Write[] = [
  (scheme, secret) => `${scheme}://hotpath:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => `${scheme}://hotpath:${encodeURIComponent(secret)}@127.0.0.1:1/db`,
  WITHOUT_USER,
  (scheme, secret) => `${scheme}://:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => `${scheme}:/hotpath:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => `${scheme}:hotpath:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => `${scheme.slice(0, -1)}://hotpath:${secret}@127.0.0.1:1/db`,
  (_scheme, secret) => `hotpath:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => ` ${scheme}://hotpath:${secret}@127.0.0.1:1/db`,
  (scheme, secret) => `"${scheme}://hotpath:${secret}@127.0.0.1:1/db"`,
  (scheme, secret) => `${scheme}://hotpath:${secret}@127.0.0.1:port/db`,
  (scheme, secret) => `${scheme}://127.0.0.1:1/db?user=hotpath&password=${secret}`,
  WITHOUT_HOST,
];

const spelling = fc.constantFrom(...SPELLINGS);
const variable = fc.constantFrom(
  ['DATABASE_URL', 'postgres'],
  ['REDIS_URL', 'redis'],
  ['SMTP_URL', 'smtp'],
  ['DATABASE_URI', 'postgres'],
) as fc.Arbitrary<[string, string]>;

const hasPart = (text: string) => PARTS.filter((part) => text.includes(part));

const commands = [
  ['src/main.ts', []],
  ['src/worker.ts', []],
  ['src/cli/main.ts', ['jobs', 'list']],
  ['prisma/seed/main.ts', ['--size', 'tiny']],
  ['prisma/schema-engine/main.ts', ['cli', '--datasource', 'drawn', 'can-connect-to-database']],
] as const;

describe('a password in a URL', () => {
  it.each(commands)(
    'is in nothing that %s %s prints, however the URL is spelt',
    async (file, args) => {
      await fc.assert(
        fc.asyncProperty(variable, spelling, password, async ([name, scheme], write, secret) => {
          fc.pre(isRecognisable(write, secret));
          const url = write(scheme, secret);
          const environment = testEnvironment('postgres://nobody@127.0.0.1:1/none');
          const datasource = Buffer.from(JSON.stringify({ url })).toString('base64');
          const drawn = (args as readonly string[]).map((arg) => (arg === 'drawn' ? datasource : arg));
          const given = { ...environment, LOG_LEVEL: 'trace', NODE_ENV: 'production', [name]: url };
          const { code, stdout, stderr } = await runToEnd(given, file, drawn);
          expect({ url, said: hasPart(stdout + stderr), text: stdout + stderr }).toMatchObject({ said: [] });
          expect(code).not.toBe(0);
        }),
        { numRuns: 6 },
      );
    },
    120_000,
  );
});

describe('the redactor', () => {
  it('takes every spelling of a password out of a text', () => {
    fc.assert(
      fc.property(spelling, password, (write, secret) => {
        fc.pre(isRecognisable(write, secret));
        const redact = createRedactor({ DATABASE_URL: write('postgres', secret) });
        const said = [secret, encodeURIComponent(secret), JSON.stringify({ secret }), `at ${secret} of`];
        for (const text of said) expect(hasPart(redact(text))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves public parts: hosts, users, databases, and a password that is one of these', () => {
    const redact = createRedactor({
      DATABASE_URL: 'postgres://hotpath:hotpath@db.internal:5432/hotpath',
      REDIS_URL: 'redis://cache.internal/1',
      PORT: '3000',
    });
    const text = 'hotpath at db.internal:5432, cache.internal, 3000';
    expect(redact(text)).toBe(text);
  });

  it('takes out secrets, tokens and the values of headers', () => {
    const redact = createRedactor({
      JWT_SECRET: 'a-long-secret',
      METRICS_TOKEN: 'a-token',
      OTEL_EXPORTER_OTLP_HEADERS: 'x=key-one,y=key%20two',
    });
    expect(redact('a-long-secret a-token key-one key two')).toBe('[redacted] [redacted] [redacted] [redacted]');
  });
});
