/**
 * The private interface of a package is used by the types and functions of one file, beside which a contract test stands. So a new
 * version of the package is checked in one place.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../src/dev/home.ts';
import { docPages, pageText } from './docs/doc-pages.ts';

interface PrivateInterface {
  /** The file, and the test that fails when the package changes. */
  readonly file: string;
  readonly contract: string;
  /** Matches a use of the interface in code. */
  readonly members: RegExp;
}

const LIBRARY = 'packages/hotpath';

const INTERFACES: Readonly<Record<string, PrivateInterface>> = {
  pg: {
    file: `${LIBRARY}/src/session/pg-internals.ts`,
    contract: `${LIBRARY}/test/session/pg-internals.test.ts`,
    members:
      /\b(_clients|parsedStatements|submittedNamedStatements|attachListeners|_emitMessage|handlePacket|readyForQuery|processID|getStartupConf)\b|'pg\/lib\/|'pg-protocol/,
  },
  'graphile-worker': {
    file: `${LIBRARY}/src/jobs/graphile-worker-internals.ts`,
    contract: `${LIBRARY}/test/jobs/graphile-worker-internals.test.ts`,
    members: /\b(_private_\w+|job_spec)\b/,
  },
  'prom-client': {
    file: `${LIBRARY}/src/telemetry/metrics/prom-client-internals.ts`,
    contract: `${LIBRARY}/test/telemetry/prom-client-internals.test.ts`,
    members: /\baggregators\b|\bgetMetricsAsJSON\b|as unknown as Metric\b/,
  },
  Prisma: {
    file: `${LIBRARY}/src/compile/prisma-internals.ts`,
    contract: `${LIBRARY}/test/compile/prisma-internals.test.ts`,
    members: /\b(__internalParams|_getNamespace|_getName|_prisma_migrations|_runtimeDataModel|_engine|_globalOmit)\b/,
  },
  'pino in the library': {
    file: `${LIBRARY}/src/inspector/pino-internals.ts`,
    contract: `${LIBRARY}/test/inspector/pino-internals.test.ts`,
    members: /getOwnPropertySymbols|'pino\.\w+'/,
  },
  'pino in the service': {
    file: 'src/plugins/logger/pino-internals.ts',
    contract: 'test/plugins/logger/pino-internals.test.ts',
    members: /\b(chindingsSym|hooksSym)\b|\bsymbols\b[^;]*from 'pino'/,
  },
};

const SOURCES = '{packages/hotpath/src,src,bench,prisma/seed}/**/*.ts';
const files = docPages(SOURCES).filter((file) => !file.endsWith('.d.ts'));
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const codeOf = (file: string): string => pageText(file).replaceAll(COMMENT, '');

describe.each(Object.entries(INTERFACES))('the private interface of %s', (_, { file, contract, members }) => {
  it('is stated in a file that has a contract test', () => {
    expect(codeOf(file)).toMatch(members);
    expect(existsSync(join(PROJECT, contract)), `${contract} is missing`).toBe(true);
  });

  it('is used in no file that does not import that file', () => {
    const name = file.slice(file.lastIndexOf('/') + 1, -'.ts'.length);
    const strangers = files.filter((each) => {
      const code = codeOf(each);
      return each !== file && members.test(code) && !code.includes(`/${name}`);
    });
    expect(strangers).toEqual([]);
  });
});
