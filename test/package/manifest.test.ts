/** The manifest of the published package, and the checks that refuse a wrong one. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VERSION } from 'hotpath/version';
import { describe, expect, it } from 'vitest';
import { withJavaScriptNames } from '../../packages/hotpath/scripts/pack/compile.ts';
import { checkImports } from '../../packages/hotpath/scripts/pack/imports.ts';
import {
  checkSources,
  entriesOf,
  type Manifest,
  publishedManifest,
} from '../../packages/hotpath/scripts/pack/manifest.ts';
import { LIBRARY, readManifest } from '../../packages/hotpath/scripts/pack/pack.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MANIFEST: Manifest = {
  name: 'hotpath',
  version: '1.2.3',
  private: true,
  scripts: { prepack: 'node scripts/prepack/main.ts' },
  bin: { hotpath: 'src/cli/main.ts' },
  exports: { '.': './src/index.ts', './model': './src/model/index.ts', './*': './src/*.ts' },
  files: ['dist'],
  dependencies: { 'lru-cache': '^11.0.0' },
  peerDependencies: { pg: '^8.16.0', ioredis: '^6.0.0' },
  devDependencies: { '@prisma/generator-helper': '7.10.0' },
};

describe('the published manifest', () => {
  it('names compiled files, and nothing of the workspace', () => {
    expect(publishedManifest(MANIFEST)).toEqual({
      name: 'hotpath',
      version: '1.2.3',
      bin: { hotpath: 'dist/cli/main.js' },
      exports: {
        '.': { types: './dist/index.d.ts', default: './dist/index.js' },
        './model': { types: './dist/model/index.d.ts', default: './dist/model/index.js' },
        './package.json': './package.json',
      },
      files: ['dist'],
      dependencies: { 'lru-cache': '^11.0.0' },
      peerDependencies: { pg: '^8.16.0', ioredis: '^6.0.0' },
    });
  });

  it('is refused for an entry that is not a source', () => {
    expect(() => entriesOf({ ...MANIFEST, exports: { './jobs': './dist/jobs.js' } })).toThrow(
      'The entry "./jobs" must name a file src/….ts, not ./dist/jobs.js.',
    );
  });

  it('is refused for an entry whose source is missing', () => {
    expect(() => checkSources(LIBRARY, { ...MANIFEST, bin: { hotpath: 'src/nowhere/main.ts' } })).toThrow(
      'These entries have no source: hotpath (src/nowhere/main.ts).',
    );
  });

  it('has a source for each entry', async () => {
    const manifest = await readManifest();
    checkSources(LIBRARY, manifest);
    expect(entriesOf(manifest).map(({ name }) => name)).toEqual(expect.arrayContaining(['hotpath', 'hotpath/model']));
  });
});

describe('the imports of compiled files', () => {
  const check = async (files: Readonly<Record<string, string>>, manifest: Partial<Manifest> = {}) => {
    const dist = await temporaryFolder();
    const needed = {
      'index.js': '',
      'index.d.ts': 'export {};',
      'model/index.js': '',
      'model/index.d.ts': 'export {};',
    };
    for (const [name, text] of Object.entries({ ...needed, ...files })) {
      await mkdir(dirname(join(dist, name)), { recursive: true });
      await writeFile(join(dist, name), text);
    }
    return checkImports(dist, { ...MANIFEST, bin: {}, dependencies: {}, ...manifest });
  };

  it('show which peers each entry needs, in every form of import', async () => {
    const peers = await check({
      'index.js': "export * from './model/index.js'; import './inner.js'; /* import 'unknown'; */",
      'inner.js': "import { join } from 'node:path'; import './index.js'; const pg = await import('pg/lib/utils');",
      'inner.d.ts': 'export {};',
      'model/index.js': "export { Redis } from 'ioredis';",
    });
    expect(peers).toEqual({ hotpath: ['pg', 'ioredis'], 'hotpath/model': ['ioredis'] });
  });

  it('must be declared, also in types', async () => {
    await expect(check({ 'index.js': "import '@fastify/error/x';" })).rejects.toThrow(
      'The imports are wrong: index.js imports @fastify/error, which is not declared.',
    );
    await expect(check({ 'index.d.ts': "export declare const a: import('pino').Logger;" })).rejects.toThrow(
      'index.d.ts imports pino, which is not declared',
    );
  });

  it('must cover all dependencies', async () => {
    const dependencies = { 'lru-cache': '^11.0.0', '@types/pg': '^8.16.0' };
    await expect(check({ 'index.d.ts': "export type { Pool } from 'pg';" }, { dependencies })).rejects.toThrow(
      'The imports are wrong: nothing imports the dependency lru-cache.',
    );
  });

  it('must bring the types that they add to another package', async () => {
    const files = {
      'index.js': "import './decorate.js';",
      'decorate.js': '',
      'decorate.d.ts': "declare module 'fastify' { interface FastifyRequest { viewer: string } }\nexport {};",
    };
    await expect(check(files)).rejects.toThrow('hotpath lacks the types that decorate adds to fastify');
    await expect(check({ ...files, 'index.d.ts': "import './decorate.js';" })).resolves.toBeDefined();
  });

  it('must be public entries if they name the library itself', async () => {
    await expect(check({ 'index.js': "import 'hotpath/http/errors';" })).rejects.toThrow(
      'imports hotpath/http/errors, which is not a public entry: import the file by its path.',
    );
  });
});

describe('declarations', () => {
  it('name JavaScript files, in every form of import', () => {
    const of = (name: string) => `export * from './a${name}'; import "../b${name}"; type C = import('./c${name}').C;`;
    expect(withJavaScriptNames(of('.ts'))).toBe(of('.js'));
    expect(withJavaScriptNames("import 'a.ts'; import { b } from './b.js';")).toBe(
      "import 'a.ts'; import { b } from './b.js';",
    );
  });
});

it('has the version that the library uses in the names of Redis entries', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../packages/hotpath/package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(manifest.version);
});
