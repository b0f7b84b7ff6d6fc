/** The page of options: every member of every type of options, with its type, its default and its meaning. */
import { type ApiEntry, ApiError, type ApiItem } from './api-model.ts';
import { commentText, type Described, describeComment, inCell } from './docstring.ts';

const HEAD = `# Options

The members of each option of a plugin, a function or a declaration, by type. \`npm run docs:reference\` makes this page from the sources. A
dash marks an option without a default.
`;

/** The types that a user writes, beside those whose names end in `Options`. */
const DECLARATIONS: readonly string[] = [
  'BearerRules',
  'Bounds',
  'CachePolicy',
  'Change',
  'Embedding',
  'GivenViewer',
  'Grant',
  'Job',
  'LockedChange',
  'ReadRoute',
  'ResourceDeclaration',
  'Window',
];

/** Types whose members are those of another type, under a name that a reader of the page knows. */
const DESCRIBED_BY: Readonly<Record<string, string>> = { ResourceDeclaration: 'Resource' };

export function optionsPage(entries: readonly ApiEntry[]): string {
  const seen = new Set<string>();
  const sections = entries.flatMap(({ name: entry, exports }) =>
    exports.flatMap((item) => {
      if (!isListed(item) || seen.has(item.name)) return [];
      seen.add(item.name);
      return [sectionOf(entry, item, exports)];
    }),
  );
  return [HEAD, ...sections].join('\n');
}

const isListed = ({ name, kind }: ApiItem): boolean =>
  kind === 'Interface' && (name.endsWith('Options') || DECLARATIONS.includes(name));

function sectionOf(entry: string, item: ApiItem, exports: readonly ApiItem[]): string {
  const described = exports.find(({ name }) => name === DESCRIBED_BY[item.name]);
  const rows = [...inherited(item, exports), ...membersOf(item)].map((member) => {
    const words = described && membersOf(described).find(({ name }) => name === member.name);
    return rowOf(member, words);
  });
  const head = `| option | type | default | |\n| --- | --- | --- | --- |`;
  return [`## ${item.name}\n`, `From \`${entry}\`.\n`, head, ...rows, ''].join('\n');
}

const membersOf = ({ members = [] }: ApiItem): readonly ApiItem[] =>
  members.filter(({ kind }) => kind === 'PropertySignature' || kind === 'MethodSignature');

/** The members of the types that this one extends, if the entry exports those types. */
function inherited(item: ApiItem, exports: readonly ApiItem[]): ApiItem[] {
  const { extendsTokenRanges = [], excerptTokens = [] } = item;
  const names = extendsTokenRanges.map(({ startIndex, endIndex }) => joined(excerptTokens.slice(startIndex, endIndex)));
  return exports.filter(({ name }) => names.includes(name)).flatMap((base) => [...membersOf(base)]);
}

function rowOf(member: ApiItem, words: ApiItem | undefined): string {
  const { meaning, fallback } = describeComment(
    commentText(member.docComment) === '' ? words?.docComment : member.docComment,
  );
  if (meaning === '') throw new ApiError(`The option "${member.name}" has no docstring.`);
  const type = typeOf(words ?? member);
  return `| \`${member.name}\` | ${inCell(`\`${type}\``)} | ${defaultOf(member, fallback)} | ${inCell(meaning)} |`;
}

function defaultOf(member: ApiItem, fallback: Described['fallback']): string {
  if (fallback !== '') return inCell(fallback);
  return member.isOptional ? '–' : 'required';
}

function typeOf(member: ApiItem): string {
  if (member.kind === 'MethodSignature')
    return textOfTokens(member)
      .replace(/^\w+\??/, '')
      .replace(/;$/, '');
  const { startIndex, endIndex } = member.propertyTypeTokenRange!;
  return joined(member.excerptTokens!.slice(startIndex, endIndex));
}

const textOfTokens = ({ excerptTokens = [] }: ApiItem): string => joined(excerptTokens);

const joined = (tokens: NonNullable<ApiItem['excerptTokens']>): string =>
  tokens
    .map(({ text }) => text)
    .join('')
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .trim();
