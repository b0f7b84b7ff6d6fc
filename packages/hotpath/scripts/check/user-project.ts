/**
 * A user's project: an empty folder outside the repository. It installs the tarball, generates its data model, imports
 * every entry, and type checks strictly, installed declarations included.
 *
 * Prisma's command and the compiler come from the repository, so that no check downloads them.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { LIBRARY } from '../pack/pack.ts';
import { run } from './run.ts';

/** Peers that the project does not install: the repository has them. */
const FROM_THE_REPOSITORY = ['prisma'];

/** @returns the output of npm if npm fails. */
export async function installProject(tarball: string, project: string): Promise<string[]> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const npm = (...wanted: string[]) =>
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', ...wanted], {
      cwd: project,
    });
  const failed = await npm(tarball);
  return failed.length > 0 ? failed : npm(...(await peersOf(project)), '@types/node@^24');
}

interface PublishedManifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const publishedManifest = async (project: string): Promise<PublishedManifest> =>
  JSON.parse(await readFile(join(project, 'node_modules/hotpath/package.json'), 'utf8'));

async function peersOf(project: string): Promise<string[]> {
  const { peerDependencies } = await publishedManifest(project);
  const wanted = Object.entries(peerDependencies).filter(([name]) => !FROM_THE_REPOSITORY.includes(name));
  return wanted.map(([name, range]) => `${name}@${range}`);
}

export async function projectFindings(project: string): Promise<string[]> {
  const { exports } = await publishedManifest(project);
  const modules = Object.keys(exports).filter((key) => key !== './package.json');
  const entries = modules.map((key) => `hotpath${key.slice(1)}`);
  const files = { ...PROJECT_FILES, 'entries.ts': importsOf(entries) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  const steps: Step[] = [
    [packageCommand('prisma', 'build/index.js'), 'generate', '--schema', 'schema.prisma'],
    [packageCommand('prisma', 'build/index.js'), 'generate', '--schema', 'javascript.prisma'],
    [packageCommand('typescript', 'bin/tsc'), '-p', '.'],
    ['entries.ts'],
    ['app.ts'],
    ['app.js'],
  ];
  return firstFailure(project, steps);
}

/** A script of Node.js and its arguments. */
type Step = readonly [string, ...string[]];

/** Runs steps up to the first failure: later steps would fail for the same reason. */
async function firstFailure(project: string, steps: readonly Step[]): Promise<string[]> {
  const env = {
    ...process.env,
    PATH: [join(project, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
    PRISMA_SCHEMA_ENGINE_BINARY: join(LIBRARY, '../../prisma/schema-engine/schema-engine'),
  };
  for (const step of steps) {
    const findings = await run(process.execPath, step, { cwd: project, env });
    if (findings.length > 0) return findings;
  }
  return [];
}

const packageCommand = (name: string, file: string): string =>
  join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);

/** Imports each entry, with its types and at runtime, and expects Node.js to refuse a file that is not an entry. */
function importsOf(entries: readonly string[]): string {
  const imports = entries.map((name, index) => `import * as entry${index} from '${name}';`);
  const counts = entries.map((name, index) => `  ['${name}', Object.keys(entry${index}).length],`);
  return `${imports.join('\n')}

for (const [name, count] of [
${counts.join('\n')}
] as const) {
  if (count === 0) throw new Error(name + ' exports nothing.');
}

const refused: unknown = await import(['hotpath', 'http', 'errors'].join('/')).catch((error) => error.code);
if (refused !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw new Error('A file that is not an entry was imported.');
`;
}

const MODELS = `datasource db {
  provider = "postgresql"
}

model Author {
  id    String @id @default(uuid()) @db.Uuid
  name  String
  posts Post[]
}

model Post {
  id        Int    @id
  title     String
  author_id String @db.Uuid
  author    Author @relation(fields: [author_id], references: [id])
}
`;

const TYPESCRIPT_GENERATORS = `generator client {
  provider = "prisma-client"
  output   = "./generated"
}

generator datamodel {
  provider = "hotpath-datamodel"
  output   = "./generated"
}

`;

const JAVASCRIPT_GENERATOR = `generator datamodel {
  provider               = "hotpath-datamodel"
  output                 = "./javascript"
  generatedFileExtension = "js"
}

`;

const RESOURCES = `
export const userPost = resources<Prisma.TypeMap>()('Post', {
  name: 'post',
  fields: ['id', 'title'],
  relations: { author: { as: 'author' } },
  defaultFields: 'id,title,author(name)',
  sort: 'id',
  policy: { user: { rows: { author_id: SUBJECT } } },
});
export const author = resources<Prisma.TypeMap>()('Author', {
  name: 'author',
  fields: ['id', 'name'],
  defaultFields: 'id,name',
  sort: 'id',
  policy: everything('user'),
});

const registry = new Registry(datamodel);
registry.add(userPost, author);
registry.check();
`;

const PROJECT_FILES: Readonly<Record<string, string>> = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      module: 'nodenext',
      target: 'es2023',
      types: ['node'],
      skipLibCheck: false,
      allowImportingTsExtensions: true,
      checkJs: true,
      noEmit: true,
    },
    include: ['*.ts', '*.js'],
  }),
  'schema.prisma': TYPESCRIPT_GENERATORS + MODELS,
  'javascript.prisma': JAVASCRIPT_GENERATOR + MODELS,
  'app.ts': `import { everything, Registry, resources, SUBJECT } from 'hotpath';
import type { Prisma } from './generated/client.ts';
import { datamodel } from './generated/datamodel.ts';
${RESOURCES}
// @ts-expect-error: the model has no field of this name
resources<Prisma.TypeMap>()('Author', { name: 'nobody', fields: ['nobody'], defaultFields: 'id', sort: 'id', policy: {} });
`,
  'app.js': `import { datamodel } from './javascript/datamodel.js';

if (datamodel.models.Post?.table !== 'Post') throw new Error('The data model does not have the model.');
`,
};
