/**
 * `hotpath init` in projects of other shapes: schemas with every feature, JavaScript, an existing server, and projects that
 * it refuses.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { ForeignProject, TYPESCRIPT } from '../../support/foreign-project.ts';
import { BLOG, BLOG_MODELS, CLIENT } from './blog.ts';

const projects: ForeignProject[] = [];

function made(files: Readonly<Record<string, string>>): ForeignProject {
  const project = new ForeignProject(files);
  projects.push(project);
  return project;
}

afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

const CONFIG = `import { defineConfig } from 'prisma/config';
export default defineConfig({ schema: 'db/schema' });
`;

/**
 * Keys of several fields and odd types, reserved words, two schemas, an ignored model, a view; names that only Prisma allows.
 */
const ODD = `
datasource db {
  provider = "postgresql"
  schemas  = ["public", "Odd Schema"]
}

enum Kind {
  first  @map("1st kind")
  second

  @@schema("Odd Schema")
}

model Class {
  kind    Kind
  day     DateTime @db.Date
  amount  Decimal  @db.Decimal(10, 2)
  version BigInt   @default(1)
  since   DateTime
  pages   Int[]
  note    String?  @db.Xml
  where   String?  @map("WHERE")
  hidden  String   @ignore
  place   Unsupported("point")?
  enum    Public[]

  @@id([kind, day, amount])
  @@index([since])
  @@map("the class")
  @@schema("Odd Schema")
}

model Public {
  a      BigInt
  b      String   @db.Inet
  kind   Kind
  day    DateTime @db.Date
  amount Decimal  @db.Decimal(10, 2)
  parent Class    @relation(fields: [kind, day, amount], references: [kind, day, amount])
  likes  Public[] @relation("likes")
  liked  Public[] @relation("likes")
  one    String?  @unique
  id     Int      @id

  @@unique([a, b])
  @@schema("public")
}

model resources {
  id    String      @id @default(cuid())
  model resource[]
  @@schema("public")
}

model resource {
  id       Int        @id
  ofId     String     @unique
  resource resources? @relation(fields: [ofId], references: [id])
  @@schema("public")
}

model Resources {
  id Int @id
  @@schema("Odd Schema")
}

model Digest {
  sum  Bytes @id
  size Int
  @@schema("public")
}

model ApiKey {
  id Int @id
  @@schema("public")
}

model Gone {
  what String
  @@ignore
  @@schema("public")
}

view Total {
  kind  Kind   @unique
  total BigInt
  @@schema("public")
}
`;

it('handles a schema with every feature: the code type checks, the registry accepts it, and the command names omitted models', async () => {
  const project = made({
    ...TYPESCRIPT,
    'prisma.config.ts': CONFIG,
    'db/schema/client.prisma': `// ours\r\n${CLIENT.replace('../src', '../../out').replace('}', '  previewFeatures = ["views"]\n}').replaceAll('\n', '\r\n')}\r\n// the end`,
    'db/schema/models/all.prisma': ODD,
  });
  const { code, stdout, stderr } = await project.hotpath('init');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.slice(0, stdout.indexOf('Next'))).toMatchSnapshot();
  expect(project.read('hotpath/resources.ts')).toMatchSnapshot();
  expect(await project.typeErrors()).toEqual([]);
  expect((await project.checked()).names).toHaveLength(4);
  const block =
    'generator datamodel {\r\n  provider = "hotpath-datamodel"\r\n  output   = "../../out/generated"\r\n}\r\n';
  expect(project.read('db/schema/client.prisma')).toContain(`}\r\n\r\n${block}\r\n// the end`);
}, 60_000);

describe('a project of JavaScript', () => {
  it.each([
    [
      'prisma-client-js',
      'generator client {\n  provider = "prisma-client-js"\n  output   = "../lib/client"\n}\n',
      './generated/',
    ],
    [
      'prisma-client',
      'generator client {\n  provider = "prisma-client"\n  output   = "../lib/client"\n}\n',
      '../lib/client/',
    ],
  ])(
    'has files of JavaScript that run, beside %s',
    async (_, client, folder) => {
      const project = made({
        'package.json': JSON.stringify({ type: 'module', devDependencies: { prisma: '^7.10.0' } }),
        'prisma/schema.prisma': `${client}${BLOG_MODELS}`,
      });
      expect(await project.hotpath('init', '--models', 'Post,Tag')).toMatchObject({ code: 0, stderr: '' });
      expect(Object.keys(project.files())).toEqual(
        expect.arrayContaining(['hotpath/resources.js', 'hotpath/server.js']),
      );
      expect(project.read('hotpath/resources.js')).toContain(`from '${folder}datamodel.js'`);
      expect((await project.checked()).names).toEqual(['post', 'tag']);
      const loads = await project.node(
        {},
        '--eval',
        "import('./hotpath/server.js').then((m) => console.log(typeof m.build))",
      );
      expect(loads).toMatchObject({ code: 0, stdout: 'function\n' });
    },
    60_000,
  );
});

it('accepts the older generator of Prisma Client in TypeScript', async () => {
  const client = 'generator client {\n  provider = "prisma-client-js"\n  output   = "../src/generated"\n}\n';
  const project = made({ ...BLOG, 'prisma/schema.prisma': `${client}${BLOG_MODELS}` });
  expect(await project.hotpath('init')).toMatchObject({ code: 0, stderr: '' });
  expect(await project.typeErrors()).toEqual([]);
  expect((await project.checked()).names).toHaveLength(4);
}, 60_000);

it('writes a plugin if the project has a Fastify server, and imports modules by their compiled names', async () => {
  const tsconfig = JSON.parse(TYPESCRIPT['tsconfig.json']!);
  delete tsconfig.compilerOptions.allowImportingTsExtensions;
  const project = made({
    ...BLOG,
    'package.json': JSON.stringify({
      type: 'module',
      dependencies: { fastify: '5' },
      devDependencies: { typescript: '7' },
    }),
    'tsconfig.json': JSON.stringify(tsconfig),
    'src/index.ts': `import Fastify from 'fastify';
import { hotpathRoutes } from './hotpath/plugin.js';

const app = Fastify();
await app.register(hotpathRoutes, { prefix: '/api' });
`,
  });
  const { stdout, code } = await project.hotpath('init', '--models=User');
  expect(code).toBe(0);
  expect(stdout).toContain('Register hotpathRoutes of src/hotpath/plugin.ts in your server');
  expect(Object.keys(project.files())).not.toContain('src/hotpath/server.ts');
  expect(project.read('src/hotpath/plugin.ts')).toMatchSnapshot();
  expect(await project.typeErrors()).toEqual([]);
  expect((await project.checked()).names).toEqual(['user']);
}, 60_000);

describe('existing files', () => {
  it('--dry-run prints them and does not write them', async () => {
    const project = made(BLOG);
    const { code, stdout } = await project.hotpath('init', '--dry-run', '--models', 'Tag');
    expect(code).toBe(0);
    expect(stdout).toContain('==> src/hotpath/resources.ts\n/**\n * The resources:');
    expect(stdout).toContain('Nothing was written: this was a dry run.');
    expect(project.files()).toEqual({ ...BLOG });
  }, 60_000);

  it('stay as they are without --force', async () => {
    const project = made({ ...BLOG, 'src/hotpath/resources.ts': '// mine\n' });
    expect((await project.hotpath('init')).stdout).toContain('--force overwrites existing files.');
    expect(project.read('src/hotpath/resources.ts')).toBe('// mine\n');
    expect((await project.hotpath('init', '--force')).code).toBe(0);
    expect(project.read('src/hotpath/resources.ts')).toContain("resource('Post'");
  }, 60_000);
});

describe('a project that cannot be served is refused in one sentence, and nothing is written', () => {
  const schema = (text: string) => ({ ...BLOG, 'prisma/schema.prisma': text });
  it.each<[string, Record<string, string>, string[], string]>([
    [
      'an unknown model',
      BLOG,
      ['--models', 'Post,Pots'],
      'The schema has no model "Pots"; it has User, Post, Tag, Session, daily_view.\n',
    ],
    ['models without names', BLOG, ['--models', 'Post,'], '--models takes names of models, separated by commas.\n'],
    [
      'models without keys',
      BLOG,
      ['--models', 'Session'],
      'No model can be made a resource.\n  Session: its key, token, looks secret\n',
    ],
    [
      'another database',
      schema(`${CLIENT}datasource db {\n  provider = "mysql"\n}\nmodel A {\n  id Int @id\n}\n`),
      [],
      'Hotpath reads only PostgreSQL; the data source of this schema is mysql.\n',
    ],
    [
      'no client',
      schema(BLOG_MODELS),
      [],
      'The schema has no generator of Prisma Client (provider "prisma-client"): add one first.\n',
    ],
    [
      'CommonJS',
      { ...BLOG, 'package.json': '{}' },
      [],
      'package.json must say "type": "module": Hotpath has only ECMAScript modules.\n',
    ],
    [
      'no schema',
      { 'package.json': '{}' },
      [],
      'There is no Prisma schema: . has none of prisma/schema.prisma, schema.prisma, prisma/schema.\n',
    ],
    [
      'a broken configuration',
      { ...BLOG, 'prisma.config.ts': 'export default {' },
      [],
      'The Prisma configuration cannot be read: ',
    ],
    ['a broken package.json', { ...BLOG, 'package.json': '{' }, [], 'package.json cannot be read: '],
    ['an option that it has not', BLOG, ['--modles', 'Post'], "Unknown option '--modles'"],
  ])(
    '%s',
    async (_, files, args, sentence) => {
      const project = made(files);
      const { code, stdout, stderr } = await project.hotpath('init', ...args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.replaceAll(`${project.root}/`, '').replaceAll(project.root, '.')).toContain(sentence);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(project.files()).toEqual(files);
    },
    30_000,
  );

  it('a schema that Prisma cannot read', async () => {
    const project = made(schema(`${CLIENT}${BLOG_MODELS}model Broken {\n  id Int @id\n  of Nothing\n}\n`));
    const { code, stderr } = await project.hotpath('init');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Prisma cannot read the schema:[\s\S]*Nothing/);
  }, 30_000);
});
