/**
 * The files whose comments, test titles, error messages and descriptions the prose check reads: globs from the root of the
 * repository. Migrations and the library's published SQL are not among them, because a file that a database has applied never
 * changes.
 */
export const CODE: readonly string[] = [
  '*.{cjs,js,ts,yml}',
  '.*.cjs',
  '{.dockerignore,.gitignore,Dockerfile,package.json}',
  '.ci/run',
  '.github/{CODEOWNERS,**/*.yml}',
  'bench/**/*.ts',
  'deploy/**/{*.*,Dockerfile}',
  'examples/*/package.json',
  'examples/*/{prisma,src,test}/**/*.{prisma,ts}',
  'jaeger/*.yaml',
  'packages/hotpath/*.{json,ts}',
  'packages/hotpath/{scripts,src}/**/*.{css,ts}',
  'packages/hotpath/test/**/*.{prisma,ts}',
  'prisma/schema/*.prisma',
  'prisma/{schema-engine,seed}/**/*.{sql,ts}',
  'prisma/schema-engine/schema-engine',
  'src/**/*.ts',
  'test/**/*.{ts,yaml}',
];
