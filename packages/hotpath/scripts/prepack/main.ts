/**
 * npm runs this script before it packs or publishes this folder. The folder's manifest names TypeScript sources, so the
 * script refuses.
 */
process.stderr.write(
  'This folder holds the sources of hotpath, not its package: run `npm run pack` at the top of the repository for a ' +
    'tarball, `npm run release -- VERSION` to publish one.\n',
);
process.exitCode = 1;
