/**
 * The extension of the generated file, with the option's name in the generator `prisma-client`:
 *
 *     generator datamodel {
 *       provider               = "hotpath-datamodel"
 *       output                 = "../generated"
 *       generatedFileExtension = "js"
 *     }
 *
 * Without it the file takes the extension that the schema's `prisma-client` declares, else `ts`.
 */
import type { GeneratorConfig, GeneratorOptions } from '@prisma/generator-helper';

const FILE_EXTENSIONS = ['ts', 'mts', 'js', 'mjs'] as const;

export type FileExtension = (typeof FILE_EXTENSIONS)[number];

/** @throws {Error} for an extension that no ECMAScript module has. */
export function fileExtensionOf({
  generator,
  otherGenerators,
}: Pick<GeneratorOptions, 'generator' | 'otherGenerators'>): FileExtension {
  const own = declaredBy(generator);
  if (own !== undefined && !isFileExtension(own)) {
    throw new Error(
      `Compiled reads: generatedFileExtension is one of ${FILE_EXTENSIONS.join(', ')}, not ${JSON.stringify(own)}.`,
    );
  }
  const client = otherGenerators.find(({ provider }) => provider.value === 'prisma-client');
  const clients = client && declaredBy(client);
  return own ?? (isFileExtension(clients) ? clients : 'ts');
}

const declaredBy = ({ config }: GeneratorConfig): unknown => config['generatedFileExtension'];

const isFileExtension = (value: unknown): value is FileExtension => FILE_EXTENSIONS.includes(value as FileExtension);
