/** The report of `hotpath init`: the written files, the parts left out, and the next steps. */
import { existsSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { dependsOn } from '../prisma-project.ts';
import type { InitPlan, PlannedFile } from './plan.ts';

const STATES: Readonly<Record<PlannedFile['state'], string>> = {
  new: 'written',
  changed: 'changed',
  kept: 'exists, not changed',
};

export function reportOn(plan: InitPlan): string {
  const kept = plan.files.slice(1).some(({ state }) => state === 'kept');
  return [
    'Files',
    ...table(plan.files.map(({ path, state, holds }) => [path, STATES[state], holds])),
    ...(kept ? ['  --force overwrites existing files.'] : []),
    ...section('Resources', table(plan.proposals.map(({ name, model, path }) => [name, model, path]))),
    ...section('Left out', table([...secretsOf(plan), ...plan.leftOut.map(({ model, reason }) => [model, reason])])),
    ...section(
      'Advice',
      plan.advice.map((line) => `  ${line}`),
    ),
    ...section('Next', nextSteps(plan)),
    '',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? ['', title, ...lines] : []);

const secretsOf = ({ proposals }: InitPlan): string[][] =>
  proposals.flatMap(({ model, secrets }) => secrets.map(({ name, reason }) => [`${model}.${name}`, `it ${reason}`]));

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd());
}

function nextSteps(plan: InitPlan): string[] {
  const { style, proposals, project } = plan;
  const [first] = proposals;
  const file = named(project.root, style.resourcesFile);
  const isPlugin = isPluginPlanned(plan);
  const variable = isPlugin ? 'CURSOR_SECRET' : 'JWT_SECRET';
  const address = `http://localhost:${isPlugin ? '<port>' : '3000'}${first!.path}`;
  const steps = [
    ...install(plan),
    `Open the policies in ${file}: no viewer sees anything yet.`,
    ...migration(project),
    `echo "${variable}=$(openssl rand -hex 32)" >> .env`,
    start(plan),
    `curl ${address}`,
    `curl '${address}?fields=${first!.defaultFields.join(',')}&limit=5'${isPlugin ? '' : TOKEN}`,
    'npx hotpath doctor                # shows what is missing or wrong',
  ];
  return steps.map((step, at) => `  ${`${at + 1}.`.padEnd(3)} ${step}`);
}

/** The commands that install the library's schema and triggers in the database. */
const migration = ({ migrations }: InitPlan['project']): string[] => [
  ...(existsSync(migrations) ? [] : ['npx prisma migrate dev --name init']),
  'npx hotpath migration             # writes the migration of what the library needs in PostgreSQL',
  'npx prisma migrate deploy         # applies it; without Prisma Migrate: npx hotpath install',
];

const TOKEN = ` -H "authorization: Bearer $(npx hotpath token --subject 1)"`;

const named = (root: string, file: string): string => relative(root, file).split(sep).join('/');

const isPluginPlanned = ({ files }: InitPlan): boolean => /plugin\.[jt]s$/.test(files.at(-1)!.path);

function install(plan: InitPlan): string[] {
  const { packageJson } = plan.project;
  const wanted = ['@prisma/client', '@prisma/adapter-pg', 'fastify', 'hotpath', 'pg'];
  const lacking = wanted.filter((name) => !dependsOn(packageJson, name));
  const types = plan.style.isJavaScript || dependsOn(packageJson, '@types/node') ? [] : ['@types/node'];
  return [
    ...(lacking.length > 0 ? [`npm install ${lacking.join(' ')}`] : []),
    ...types.map((name) => `npm install --save-dev ${name}`),
  ];
}

function start(plan: InitPlan): string {
  const { style, project, files } = plan;
  const file = files.at(-1)!.path;
  if (isPluginPlanned(plan)) return `Register hotpathRoutes of ${file} in your server, and start it.`;
  if (style.isJavaScript || style.importExtension === 'ts') return `node --env-file=.env ${file}`;
  if (dependsOn(project.packageJson, 'tsx')) return `npx tsx --env-file=.env ${file}`;
  return `Compile and start ${file} as you start your other programs, with .env in its environment.`;
}
