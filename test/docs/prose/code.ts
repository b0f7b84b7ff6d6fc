/** The TypeScript files whose comments, test titles and error messages the prose check reads: globs from the root of the repository. */
export const CODE: readonly string[] = [
  'packages/hotpath/scripts/**/*.ts',
  'packages/hotpath/src/*.ts',
  'packages/hotpath/src/{access,budget,cache,cli,compile,database,doctor,fastify,http}/**/*.ts',
  'packages/hotpath/src/{freshness,inspector,install,jobs,model,observation,opentelemetry,prisma,resource,session,telemetry,testing}/**/*.ts',
  'packages/hotpath/test/{access,budget,cache,doctor,http,install}/**/*.ts',
  'packages/hotpath/test/{jobs,resource,session,testing,types}/**/*.ts',
  'prisma/seed/**/*.ts',
  'src/**/*.ts',
  'test/{cli,cluster,contract,deploy,dev,domain,package,plugins,prisma,support,system,telemetry}/**/*.ts',
];
