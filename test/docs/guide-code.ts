/**
 * The code of the guides as files of one folder, in which they are type checked and run.
 *
 * A block marked `ts` is a module. The comment in its first line names its file (`// routes.ts`), so that others import it;
 * else it is called by its guide and line. Lines that a reader needs not see stand in an HTML comment that begins with
 * `<!-- ts`: right before a block they are the beginning of it, alone they are a module.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../../src/dev/home.ts';

/** Followed by tests of their own, in folders of their own. */
const FOLLOWED = ['add-a-resource.md', 'n-plus-one-guard.md', 'quick-start.md'];

const GUIDES = join(PROJECT, 'docs/guides');

export interface CodeBlock {
  readonly guide: string;
  readonly file: string;
  readonly code: string;
}

const BLOCK = /(?:^<!-- ts\n(?<hidden>[\s\S]*?)^-->\n)?(?:^ *```ts\n(?<shown>[\s\S]*?)^ *```$)?/gm;
const NAME = /^ *\/\/ ([\w.-]+\.ts)$/m;

/** Of a guide's text, each block of code. */
export function codeBlocks(guide: string, text: string): CodeBlock[] {
  return [...text.matchAll(BLOCK)].flatMap(({ index, groups }) => {
    const { hidden = '', shown = '' } = groups!;
    const code = hidden + shown;
    if (code === '') return [];
    const line = text.slice(0, index).split('\n').length;
    const file = NAME.exec(code)?.[1] ?? `${guide.replace('.md', '')}-${line}.ts`;
    return [{ guide, file, code }];
  });
}

export const guideNames = (): string[] => readdirSync(GUIDES).filter((name) => !FOLLOWED.includes(name));

export const guideText = (name: string): string => readFileSync(join(GUIDES, name), 'utf8');

/** The README of the package is checked with the guides. */
const packageReadme = (): CodeBlock[] =>
  codeBlocks('package-readme.md', readFileSync(join(PROJECT, 'packages/hotpath/README.md'), 'utf8'));

/** Writes the code of all guides into a folder of its own, beside the client and the data model that it imports. */
export function writeGuides(): string {
  const folder = mkdtempSync(join(tmpdir(), 'guides-'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'generated'));
  for (const file of ['client.ts', 'datamodel.ts']) {
    const generated = JSON.stringify(join(PROJECT, 'prisma/generated', file));
    writeFileSync(join(folder, 'generated', file), `export * from ${generated};\n`);
  }
  const blocks = [...guideNames().flatMap((name) => codeBlocks(name, guideText(name))), ...packageReadme()];
  for (const { file, code } of blocks) writeFileSync(join(folder, file), code, { flag: 'wx' });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config()));
  return folder;
}

const config = () => ({
  extends: join(PROJECT, 'tsconfig.json'),
  include: ['*.ts', join(PROJECT, 'packages/hotpath/src/**/*.d.ts')],
});

/** The messages of the compiler for the folder; empty if there are none. */
export async function compilerOutput(folder: string): Promise<string> {
  const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
  return promisify(execFile)(process.execPath, [compiler, '-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
}
