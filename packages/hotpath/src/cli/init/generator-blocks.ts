/** The generators of a Prisma schema, read from its text, and the block that `hotpath init` adds. */
import { dirname, resolve } from 'node:path';

export interface GeneratorBlock {
  readonly name: string;
  readonly provider: string;
  /** The output folder as the schema has it; undefined if the schema names none. */
  readonly output: string | undefined;
  readonly values: Readonly<Record<string, string>>;
  /** The file of the schema, and the position in its text at which the block ends. */
  readonly file: string;
  readonly end: number;
}

const DATAMODEL = 'hotpath-datamodel';

const BLOCK = /^[ \t]*generator[ \t]+(\w+)[ \t]*\{[^\n]*\n([\s\S]*?)^[ \t]*\}/gm;
const VALUE = /^[ \t]*(\w+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*")/gm;

/** @param text of the file. */
export function generatorsIn(file: string, text: string): GeneratorBlock[] {
  return [...text.matchAll(BLOCK)].map((block) => {
    const [whole, name = '', body = ''] = block;
    const values = Object.fromEntries([...body.matchAll(VALUE)].map(([, key, value]) => [key!, JSON.parse(value!)]));
    const { provider = '', output } = values;
    return { name, provider, output, values, file, end: block.index + whole.length };
  });
}

/** The generator of the team's own client. */
export const isClient = ({ provider }: GeneratorBlock): boolean => /^prisma-client(-js)?$/.test(provider);

/** The generator of the data model, under its own name or by its file. */
export const isDatamodel = ({ provider }: GeneratorBlock): boolean =>
  provider === DATAMODEL || /hotpath.*generator[\\/]main\.[jt]s/.test(provider);

/** The folder that a generator writes into. */
export const outputOf = ({ file, output }: GeneratorBlock): string | undefined =>
  output === undefined ? undefined : resolve(dirname(file), output);

export interface NewBlock {
  /** The output folder, as the schema has it. */
  readonly output: string;
  /** Whether the project is written in JavaScript. */
  readonly isJavaScript: boolean;
}

/** The text of the file with one more block after the client's. The rest of the text stays the same to the byte. */
export function withDatamodel(text: string, client: GeneratorBlock, { output, isJavaScript }: NewBlock): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const values: [string, string][] = [
    ['provider', DATAMODEL],
    ['output', output],
    ...(isJavaScript ? [['generatedFileExtension', 'js'] as [string, string]] : []),
  ];
  const widest = Math.max(...values.map(([key]) => key.length));
  const lines = values.map(([key, value]) => `  ${key.padEnd(widest)} = ${JSON.stringify(value)}`);
  const block = ['', '', 'generator datamodel {', ...lines, '}'].join(newline);
  return text.slice(0, client.end) + block + text.slice(client.end);
}
