#!/usr/bin/env node
/** The Prisma generator `hotpath-datamodel`: writes the data model beside the client, at every `prisma generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorOptions } from '@prisma/generator-helper';
import { fileExtensionOf } from './file-extension.ts';
import { fromDmmf } from './from-dmmf.ts';
import { serveGenerator } from './protocol.ts';
import { render } from './render.ts';

await serveGenerator({
  manifest: () => ({ prettyName: 'Data model of compiled reads', defaultOutput: './generated' }),
  generate,
});

function generate(options: GeneratorOptions): void {
  const { generator, datasources, dmmf } = options;
  const directory = generator.output?.value;
  if (!directory) throw new Error('Compiled reads: the generator needs an `output` directory.');
  const provider = datasources[0]?.activeProvider;
  if (provider !== 'postgresql') throw new Error(`Compiled reads are for postgresql; the data source is ${provider}.`);
  const files = render(fromDmmf(dmmf.datamodel), fileExtensionOf(options));
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
}
