/**
 * The TypeScript and SQL files whose comments, test titles and error messages the prose check reads: globs from the root of the
 * repository. Migrations are not among them, because a file that a database has applied never changes.
 */
export const CODE: readonly string[] = [
  '*.ts',
  'bench/**/*.ts',
  'examples/*/{src,test}/**/*.ts',
  'packages/hotpath/*.ts',
  'packages/hotpath/{scripts,src}/**/*.ts',
  'packages/hotpath/test/{access,budget,cache,doctor,http,install}/**/*.ts',
  'packages/hotpath/test/{jobs,resource,session,testing,types}/**/*.ts',
  'prisma/seed/**/*.{ts,sql}',
  'src/**/*.ts',
  'test/{cli,cluster,contract,deploy,dev,domain,package,plugins,prisma,support,system,telemetry}/**/*.ts',
];
