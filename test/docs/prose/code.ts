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
  'packages/hotpath/test/**/*.ts',
  'prisma/seed/**/*.{ts,sql}',
  'src/**/*.ts',
  'test/**/*.ts',
];
