// The import arrows: domain -> plugins -> the package hotpath, and the imports that each may not have. `npm run lint` checks them.
const inside = (...folders) => `^src/(${folders.join('|')})/`;
const LIBRARY = '^packages/hotpath/src/';

/** The files that the package's exports name; `./*` is for the tests and the bench of this repository alone. */
const { exports: entries } = require('./packages/hotpath/package.json');
const ENTRIES = Object.entries(entries)
  .filter(([name]) => name !== './*')
  .map(([, source]) => `^packages/hotpath/${source.slice(2).replaceAll('.', '[.]')}$`);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files of a cycle cannot be read one by one.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'library-imports-itself-alone',
      comment: 'The library works for any service and any Prisma schema: it imports no file outside itself.',
      severity: 'error',
      from: { path: LIBRARY },
      to: { path: '^(src|prisma|test|bench)/' },
    },
    {
      name: 'library-by-its-exports-only',
      comment: 'The service imports `hotpath/…`, as any user does, and no file of the library by its path.',
      severity: 'error',
      from: { path: '^(src|bench)/' },
      to: { path: '^packages/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'the-guard-alone-needs-nothing',
      comment: 'A team without Prisma and Redis uses hotpath/budget, so none of its files loads either.',
      severity: 'error',
      from: { path: `${LIBRARY}budget/index[.]ts$` },
      to: { path: '^node_modules/(@prisma|ioredis|graphile-worker|prom-client)/', reachable: true },
    },
    {
      name: 'service-by-public-entries-only',
      comment: 'The service imports only the public entries, as every user of the package does.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: LIBRARY, pathNot: ENTRIES },
    },
    ...libraryOrder({
      collections: [],
      http: [],
      telemetry: [],
      opentelemetry: ['telemetry'],
      session: [],
      observation: [],
      model: [],
      compile: ['model', 'session'],
      budget: ['http', 'observation', 'session', 'telemetry'],
      prisma: ['model', 'budget', 'compile', 'session'],
      resource: ['model', 'http', 'compile'],
      freshness: ['collections', 'model', 'compile', 'observation', 'resource', 'session'],
      access: ['model', 'compile', 'freshness', 'jobs'],
      advisor: ['budget', 'cache', 'compile', 'fastify', 'model', 'replay', 'resource', 'session'],
      install: ['model', 'compile', 'freshness', 'resource', 'session'],
      doctor: ['access', 'compile', 'fastify', 'freshness', 'install', 'jobs', 'model', 'resource', 'session'],
      cache: ['collections', 'model', 'compile', 'freshness', 'http', 'observation', 'telemetry', 'resource'],
      replicas: ['budget', 'cache', 'collections', 'compile', 'freshness', 'session', 'telemetry'],
      inspector: ['budget', 'observation', 'session'],
      replay: ['inspector'],
      jobs: ['session', 'telemetry'],
      testing: ['budget', 'compile', 'fastify', 'freshness', 'model', 'resource', 'session'],
      fastify: [
        'access',
        'model',
        'budget',
        'cache',
        'collections',
        'compile',
        'freshness',
        'install',
        'http',
        'inspector',
        'jobs',
        'observation',
        'replicas',
        'replay',
        'resource',
        'session',
        'telemetry',
      ],
    }),
    {
      name: 'plugins-know-no-module',
      severity: 'error',
      from: { path: inside('plugins') },
      to: { path: inside('domain', 'cli', 'dev') },
    },
    {
      name: 'modules-know-each-other-by-index-only',
      comment: "Other modules import a module's index.ts, and no other file of it.",
      severity: 'error',
      from: { path: '^src/domain/([^/]+)/' },
      to: { path: '^src/domain/[^/]+/', pathNot: ['^src/domain/$1/', '^src/domain/[^/]+/index[.]ts$'] },
    },
    {
      name: 'modules-stay-in-the-service',
      severity: 'error',
      from: { path: inside('domain') },
      to: { path: inside('cli', 'dev') },
    },
    {
      name: 'the-service-needs-no-development',
      comment: 'Production code imports nothing that only a development machine needs.',
      severity: 'error',
      from: { path: '^src/', pathNot: inside('dev', 'cli') },
      to: { path: inside('dev', 'cli') },
    },
    {
      name: 'telemetry-sdk-where-the-process-starts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/telemetry/' },
      to: { path: 'node_modules/@opentelemetry/(sdk-|exporter-|otlp-|resources)' },
    },
    {
      name: 'not-a-development-dependency',
      severity: 'error',
      from: { path: '^src/', pathNot: inside('dev') },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['[.]d[.]ts$', '/main[.]ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^prisma/generated'] },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

/** Inside the library a part imports only the parts named for it. */
function libraryOrder(allowed) {
  return Object.entries(allowed).map(([part, others]) => ({
    name: `library-${part}`,
    comment: `${part} may import ${others.length > 0 ? others.join(', ') : 'no other part'}.`,
    severity: 'error',
    from: { path: `${LIBRARY}${part}/` },
    to: { path: LIBRARY, pathNot: `${LIBRARY}((${[part, ...others].join('|')})/|version[.]ts$)` },
  }));
}
