/** The text of the resources file that `hotpath init` writes. */
import type { Proposal } from './proposal.ts';
import { importText, listText, quotedText, recordText, sourceComment } from './source-text.ts';

/** The import paths in the files of a project. */
export interface Modules {
  readonly isJavaScript: boolean;
  /** The paths of Prisma's client and of the data model, as the resources file imports them. */
  readonly client: string;
  readonly dataModel: string;
  /** The path of the resources file, as the file beside it imports it. */
  readonly resources: string;
}

const HEAD = `/**
 * The resources: the parts of each model that the API shows. Written once by \`hotpath init\`; it is yours to change.
 *
 * A resource names the fields that clients may read, and the filters and sorts of its lists. Its \`policy\` names the rows
 * that each role may see. \`nobody\` is closed. \`{ public: {}, user: {} }\` shows every row to everyone: \`public\` is a client
 * without a token, \`user\` one with a token that names no other role. \`{ user: { rows: { authorId: SUBJECT } } }\` shows
 * users their own rows (\`SUBJECT\`, from 'hotpath', stands for the id of the user). A relation shows the rows that the
 * policy of its own resource allows.
 */`;

export function resourcesFile(proposals: readonly Proposal[], modules: Modules): string {
  const { isJavaScript, client, dataModel } = modules;
  const imports = [
    importText(['nobody', 'resources as resourcesOf'], 'hotpath'),
    ...(isJavaScript ? [] : [`import type { Prisma } from ${quotedText(client)};`]),
    importText(['datamodel as model'], dataModel),
  ];
  const names = proposals.map(({ name }) => name);
  return [
    HEAD,
    ...imports,
    '',
    'export { model };',
    '',
    `const resource = resourcesOf${isJavaScript ? '' : '<Prisma.TypeMap>'}();`,
    '',
    ...proposals.map((proposal) => `${resourceText(proposal)}\n`),
    listText('export const resources = ', names, '').replace(/,$/, ';'),
    '',
  ].join('\n');
}

function resourceText(proposal: Proposal): string {
  const { model, name, fields, relations, defaultFields, filters, filterNames, sorts, sort, secrets, version } =
    proposal;
  const embedded = Object.entries(relations).map(
    ([key, { take }]) => [key, take ? `{ take: ${take} }` : '{}'] as const,
  );
  const filtered = Object.entries(filters).map(([key, by]) => [key, `[${by.map(quotedText).join(', ')}]`] as const);
  const renamed = Object.entries(filterNames).map(([key, parameter]) => [key, quotedText(parameter)] as const);
  return [
    ...(secrets.length > 0
      ? [sourceComment(`Left out: ${secrets.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.`)]
      : []),
    `export const ${name} = resource(${quotedText(model)}, {`,
    `  name: ${quotedText(name)},`,
    ...(version === undefined ? [] : versionText(version)),
    listText('fields: ', fields.map(quotedText)),
    ...(embedded.length > 0 ? [recordText('relations: ', embedded)] : []),
    `  defaultFields: ${quotedText(defaultFields.join(','))},`,
    ...(filtered.length > 0 ? [recordText('filters: ', filtered)] : []),
    ...(renamed.length > 0 ? [recordText('filterNames: ', renamed)] : []),
    ...(sorts.length > 0 ? [listText('sorts: ', sorts.map(quotedText))] : []),
    `  sort: ${quotedText(sort)},`,
    `  policy: nobody, // to open it: ${opening(proposal)}`,
    '});',
  ].join('\n');
}

const versionText = (field: string): string[] => [
  '  // If every write changes it, plain SQL included, the ETag of a row can use it:',
  `  // version: ${quotedText(field)},`,
];

const OPEN = '{ public: {}, user: {} }';

const opening = ({ owner }: Proposal): string =>
  owner === undefined ? OPEN : `${OPEN}, or { user: { rows: { ${owner}: SUBJECT } } }`;
