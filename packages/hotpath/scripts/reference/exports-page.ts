/** The page of exports: every name of every public entry, with the first sentence of its docstring. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiEntry, ApiItem } from './api-model.ts';
import { commentText, firstSentence, inCell } from './docstring.ts';

const HEAD = `# Exports

Every public entry of the package and what it exports. \`npm run docs:reference\` makes this page from the sources.
[options.md](options.md) has the members of the options.
`;

const KINDS: Readonly<Record<string, string>> = {
  Class: 'class',
  Function: 'function',
  Interface: 'type',
  TypeAlias: 'type',
  Variable: 'value',
};

/** @param library the folder of the package. */
export function exportsPage(library: string, entries: readonly ApiEntry[]): string {
  return [HEAD, ...entries.map((entry) => sectionOf(library, entry))].join('\n');
}

function sectionOf(library: string, { name, module, exports }: ApiEntry): string {
  const about = aboutEntry(headOf(library, module), name);
  const rows = exports.map((item) => {
    const sentence = sentenceOf(library, item, exports);
    return `| \`${item.name}\` | ${KINDS[item.kind] ?? item.kind} | ${inCell(sentence)} |`;
  });
  return [`## ${name}\n`, `${about}\n`, '| export | | |\n| --- | --- | --- |', ...rows, ''].join('\n');
}

/** The description of an entry: the text at the head of its file, without the entry's name. */
function aboutEntry(text: string, name: string): string {
  const sentence = firstSentence(text.replace(new RegExp(`^\`${name}\`: `), '')).replace(/\.$/, '');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

/**
 * A sentence about an export: from its docstring; else from the head of its file, if that is about the export; else the
 * name of the export whose options it is.
 */
export function sentenceOf(library: string, item: ApiItem, exports: readonly ApiItem[]): string {
  const own = firstSentence(commentText(item.docComment));
  if (own !== '') return own;
  const source = item.fileUrlPath?.replace(/^dist\//, '').replace(/\.d\.ts$/, '');
  const head = source === undefined ? '' : firstSentence(headOf(library, source));
  if (isAbout(head, item.name)) return head.charAt(0).toUpperCase() + head.slice(1);
  const user = userOf(item.name);
  return item.name.endsWith('Options') && exports.some(({ name }) => name === user)
    ? `The options of \`${user}\`.`
    : '';
}

const userOf = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1).replace(/Options$/, '');

/** Whether a text is about a name: "A cache policy: how long…" is about `CachePolicy`. */
function isAbout(head: string, name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return new RegExp(`^(the |an? )?(\`${name}\`|${words})s?\\b`, 'i').test(head);
}

const HEAD_COMMENT = /^(?:#!.*\n)?(\/\*\*[\s\S]*?\*\/)/;

/** The text at the head of a file. */
function headOf(library: string, module: string): string {
  const source = readFileSync(join(library, 'src', `${module}.ts`), 'utf8');
  return commentText(HEAD_COMMENT.exec(source)?.[1]);
}
