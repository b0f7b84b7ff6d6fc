/** `hotpath init`: writes the three files that put the library on a project's own Prisma schema. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, CommandError, parseCommand, say } from '../command.ts';
import { findPrismaProject, runPrisma } from '../prisma-project.ts';
import { type InitPlan, planInit } from './plan.ts';
import { reportOn } from './report.ts';

const usage = `Usage: $0 init [--models NAME,NAME] [--dry-run] [--force]

Writes what a project with a Prisma schema on PostgreSQL needs to serve it:

- in the schema, beside the generator of Prisma Client, the generator of the data model, and runs \`prisma generate\`;
- hotpath/resources.ts: a resource for each model, closed to every viewer, without the fields whose names look secret;
- hotpath/server.ts: a server with their routes, or plugin.ts, if the project has a Fastify server already.

The folder hotpath is in src, if there is such a folder. The command prints what it left out, and the next steps. It changes
no other file, and keeps the resources and the server if they exist.

  --models   the models that get a resource; all without it
  --dry-run  prints the files instead of writing them
  --force    overwrites the resources and the server, if they exist`;

export const init: Command = {
  summary: 'write the resources and the server of a project, from its Prisma schema',
  usage,
  async run(args) {
    const { models, force, 'dry-run': isDry } = parseCommand(usage, { args, options }).values;
    const project = await findPrismaProject(process.cwd());
    const plan = await planInit(project, { models: models === undefined ? undefined : namesIn(models), force });
    if (isDry) return say(dryRun(plan));
    for (const { path, text, state } of plan.files) if (state !== 'kept') write(join(project.root, path), text);
    await generate(plan);
    say(reportOn(plan));
  },
};

const options = { models: { type: 'string' }, 'dry-run': { type: 'boolean' }, force: { type: 'boolean' } } as const;

function namesIn(list: string): string[] {
  const names = list.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw new CommandError('--models takes names of models, separated by commas.');
  return [...new Set(names)];
}

function dryRun(plan: InitPlan): string {
  const files = plan.files.filter(({ state }) => state !== 'kept').map(({ path, text }) => `==> ${path}\n${text}`);
  return [...files, `${reportOn(plan)}\nNothing was written: this was a dry run.`].join('\n');
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function generate({ project }: InitPlan): Promise<void> {
  const { code, output } = await runPrisma(project, ['generate']);
  if (code === 0) return;
  throw new CommandError(`The files are written, but \`prisma generate\` failed:\n\n${output.trim()}`);
}
