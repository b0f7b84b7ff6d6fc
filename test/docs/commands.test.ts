/** Every command of the documentation exists, and knows the options that the documentation gives it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT } from '../../src/dev/home.ts';
import { ALL_PAGES, docPages, pageText } from './doc-pages.ts';
import { commandsIn, type ShellCommand, shellCommands } from './shell-commands.ts';

const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Record<string, string> };
/** The folder of a script that runs a file: an option that no file of it names does not exist. */
const sourcesOf = (script: string): string => {
  const [, entry] = /^node (\S+)/.exec(script)!;
  return globSync(join(PROJECT, dirname(entry!), '**/*.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
};
const serviceCommands = /const commands = \{([^}]*)\}/.exec(pageText('src/cli/main.ts'))![1]!.match(/\w+/g)!;
const commandsPage = pageText('docs/reference/commands.md');
const libraryHelp = new Map(
  commandsPage
    .split('\n## ')
    .slice(1)
    .map((section) => [section.split('\n', 1)[0]!, section] as const),
);
const prismaCommands = [
  'generate',
  'migrate',
  'migrate dev',
  'migrate deploy',
  'migrate resolve',
  'db',
  'validate',
  'init',
];
/** Programs of others, which a reader has. */
const FOREIGN =
  /^(bash|cd|curl|docker|git|go|gh|kill|kubectl|openssl|pg_basebackup|sudo|pg_dump|pg_restore|psql|vacuumdb|postgres|tail|jq|grep|code|open|PUT|GET)$/;

const optionsOf = (args: readonly string[]): string[] =>
  args.filter((word) => /^--\w/.test(word)).map((word) => word.split('=', 1)[0]!);

/** The fault of a command; undefined if it has none. */
function faultOf({ page, program, args }: ShellCommand): string | undefined {
  if (program === 'npm') return faultOfNpm(args);
  if (program === 'npx') return faultOfNpx(args);
  if (program === 'node') return faultOfNode(args, page);
  if (/^(\.ci\/run|\w+\/[\w/]+\.sh)$/.test(program))
    return existsSync(join(PROJECT, program)) ? undefined : 'no such file';
  return FOREIGN.test(program) ? undefined : 'an unknown program';
}

function faultOfNpm(args: readonly string[]): string | undefined {
  const [command, ...rest] = args.filter((word) => word !== '--silent');
  if (['ci', 'install', 'pack', 'publish', 'view', 'audit', 'outdated'].includes(command!)) return undefined;
  const [name, ...options] = command === 'run' ? rest : [command!, ...rest];
  const script = scripts[name!];
  if (script === undefined) return `no script ${name}`;
  const own = options.filter((word) => word !== '--');
  if (name === 'hotpath') return faultOfCommand(own, serviceCommands);
  if (script.startsWith('vitest')) return undefined;
  const [unknown] = optionsOf(own).filter((option) => !sourcesOf(script).includes(option.slice(2)));
  return unknown && `the script ${name} has no ${unknown}`;
}

function faultOfNpx(args: readonly string[]): string | undefined {
  const [program, ...rest] = args;
  if (program === 'hotpath') return faultOfCommand(rest, [...libraryHelp.keys()]);
  if (program === 'prisma') {
    const known = prismaCommands.some((command) => rest.join(' ').startsWith(command)) || rest.length === 0;
    return known ? undefined : `no command prisma ${rest.join(' ')}`;
  }
  return existsSync(join(PROJECT, 'node_modules/.bin', program!)) ? undefined : `no program ${program}`;
}

/** A command of hotpath: of the library, or of the service. */
function faultOfCommand([name, ...args]: readonly string[], known: readonly string[]): string | undefined {
  if (name === undefined || name === 'COMMAND' || name.startsWith('-')) return undefined;
  if (!known.includes(name)) return `no command hotpath ${name}`;
  const ofService = existsSync(join(PROJECT, `src/cli/${name}.ts`)) ? pageText(`src/cli/${name}.ts`) : '';
  const help = ofService + (libraryHelp.get(name) ?? '');
  const [unknown] = optionsOf(args).filter((option) => option !== '--help' && !help.includes(option));
  return unknown && `hotpath ${name} has no ${unknown}`;
}

/** A file of this repository, or one that the page itself makes. */
function faultOfNode(args: readonly string[], page: string): string | undefined {
  const file = args.find((word) => !word.startsWith('-'));
  if (!file || existsSync(join(PROJECT, file)) || pageText(page).includes(`// ${file.replace(/^\.\//, '')}`))
    return undefined;
  return /^hotpath\/server\.ts$/.test(file) ? undefined : `no file ${file}`;
}

describe.each(docPages(...ALL_PAGES).filter((page) => !/decisions|CHANGELOG/.test(page)))('%s', (page) => {
  it('has no command that does not exist', () => {
    const faults = shellCommands(page).flatMap((command) => {
      const fault = faultOf(command);
      return fault ? [`${command.program} ${command.args.join(' ')}: ${fault}`] : [];
    });
    expect(faults).toEqual([]);
  });
});

it('names each script of package.json in CONTRIBUTING.md', () => {
  const text = pageText('CONTRIBUTING.md');
  const named = (name: string) => text.includes(`npm run ${name}`) || text.includes(`npm ${name}`);
  expect(Object.keys(scripts).filter((name) => name !== 'postinstall' && !named(name))).toEqual([]);
});

it('has a workflow whose commands exist', () => {
  const lines = [...pageText('.github/workflows/ci.yml').matchAll(/^\s+(?:- )?run: (.+)$/gm)].map(([, line]) => line!);
  const commands = lines.flatMap((line) => commandsIn(line, '.github/workflows/ci.yml'));
  expect(commands.map(({ program }) => program)).toEqual(expect.arrayContaining(['npm', '.ci/run']));
  expect(commands.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
});

it('finds the commands of blocks and of code spans', () => {
  const programs = shellCommands('docs/operating/operate.md').map(({ program }) => program);
  expect(programs).toEqual(expect.arrayContaining(['psql', 'npm', 'npx', 'pg_dump', 'docker', 'kill']));
});

it.each([
  ['npm', ['run', 'nothing'], 'no script nothing'],
  ['npm', ['run', 'seed', '--', '--colour'], 'the script seed has no --colour'],
  ['npm', ['run', 'hotpath', '--', 'jump'], 'no command hotpath jump'],
  ['npx', ['hotpath', 'init', '--nowhere'], 'hotpath init has no --nowhere'],
  ['npx', ['prisma', 'fly'], 'no command prisma fly'],
  ['node', ['src/nothing.ts'], 'no file src/nothing.ts'],
  ['teleport', [], 'an unknown program'],
])('refuses %s %j', (program, args, fault) => {
  expect(faultOf({ page: 'README.md', program, args })).toBe(fault);
});
