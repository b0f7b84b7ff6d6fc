/** The Dockerfile: the files that it copies exist and .dockerignore allows them, and it starts only files that it copied. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { pathOf, textOf } from './files.ts';

const lines = textOf('Dockerfile').replaceAll('\\\n', ' ').split('\n');
const instructions = lines
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => {
    const [, name, rest] = /^([A-Z]+) +(.*)$/.exec(line)!;
    return { name: name!, rest: rest! };
  });
const argumentsOf = (name: string) => instructions.filter((one) => one.name === name).map(({ rest }) => rest);
/** The lines from one FROM to the next, by the name of the stage. */
const stages = new Map<string, string[]>();
for (const { name, rest } of instructions) {
  if (name === 'FROM') stages.set(rest.split(' AS ')[1]!, []);
  else [...stages.values()].at(-1)!.push(`${name} ${rest}`);
}

describe('Dockerfile', () => {
  const copied = argumentsOf('COPY')
    .filter((copy) => !copy.startsWith('--from='))
    .flatMap((copy) => copy.split(' ').slice(0, -1));

  it('copies existing files', () => {
    expect(copied).toContain('src');
    expect(copied.filter((path) => !existsSync(pathOf(path)))).toEqual([]);
  });

  it('copies the files that .dockerignore allows, which allows no other', () => {
    const [everything, ...rest] = textOf('.dockerignore')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    expect(everything).toBe('*');
    const letIn = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(letIn.sort()).toEqual([...new Set(copied)].sort());
  });

  it('runs on the Node.js of the tests', () => {
    expect(argumentsOf('FROM')[0]).toBe(`node:${packageJson.devDependencies.node}-trixie-slim AS base`);
  });

  it.each(['migrate', 'service'])('ends the stage %s as an unprivileged user', (stage) => {
    expect(stages.get(stage)!.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  });

  it("builds the service in the last stage, without development's packages", () => {
    expect([...stages.keys()].at(-1)).toBe('service');
    const install = stages.get('dependencies')!.find((line) => line.includes('npm ci'));
    expect(install).toMatch(/--omit=dev --omit=optional$/);
    expect(stages.get('service')).toContain('COPY --from=dependencies /app/node_modules node_modules');
  });

  it("contains its migrations, and grants the service's role access to the database after them", () => {
    expect(stages.get('service')).toContain('COPY --from=build /app/prisma/migrations prisma/migrations');
    const [, , script] = JSON.parse(
      stages
        .get('migrate')!
        .find((line) => line.startsWith('CMD'))!
        .slice('CMD '.length),
    );
    expect(script.split('; ').map((command: string) => command.replace(/^exec /, ''))).toEqual([
      'node_modules/.bin/prisma migrate deploy',
      'node src/cli/main.ts jobs install',
      'node src/cli/main.ts grants --role hotpath_service --apply',
    ]);
  });

  it('starts a file of the project', () => {
    const [, file] = JSON.parse(
      stages
        .get('service')!
        .find((line) => line.startsWith('CMD'))!
        .slice('CMD '.length),
    );
    expect(existsSync(pathOf(file))).toBe(true);
    expect(existsSync(pathOf('src/worker.ts'))).toBe(true);
  });
});
