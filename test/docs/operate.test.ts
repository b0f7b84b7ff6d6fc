/** The variables, error codes and commands in docs/operating/operate.md and docs/operating/deploy.md exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from 'hotpath/http/errors';
import { describe, expect, it } from 'vitest';
import { variables } from '../../src/config/variables.ts';
import { PROJECT } from '../../src/dev/home.ts';

const textOf = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');

/** Beyond the service's own: variables of the files of deployments, and of Node.js. */
const known: readonly string[] = [
  ...Object.keys(variables.properties),
  ...Object.values(errors.definitions).map(([code]) => code),
  ...textOf('docker-compose.yml').match(/(?<=\$\{)[A-Z_]+/g)!,
  'NODE_OPTIONS',
];
describe.each(['docs/operating/operate.md', 'docs/operating/deploy.md'])('%s', (file) => {
  const text = textOf(file);

  it('names variables and codes that exist', () => {
    // Those of its own examples are the reader's to set.
    const examples = new Set(text.match(/(?<=\$)[A-Z_]+/g));
    const named = text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b/g)!.filter((name) => !examples.has(name));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names commands that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    const run = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name!);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const commands = [...text.matchAll(/(?:hotpath -- |`hotpath |cli\/main\.ts )(\w+)/g)].map(([, name]) => name!);
    expect(commands.length).toBeGreaterThan(2);
    const known = /const commands = \{([^}]*)\}/.exec(textOf('src/cli/main.ts'))![1]!.match(/\w+/g)!;
    expect(commands.filter((name) => !known.includes(name))).toEqual([]);
  });
});
