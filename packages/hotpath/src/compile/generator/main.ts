/** The Prisma generator that writes `datamodel.ts` beside the client, at every `prisma generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GeneratorOptions } from '@prisma/generator-helper';
import { fromDmmf } from './from-dmmf.ts';
import { serveGenerator } from './protocol.ts';
import { render } from './render.ts';

const definitions = fileURLToPath(new URL('../data-model.ts', import.meta.url));

await serveGenerator({
  manifest: () => ({ prettyName: 'Data model of compiled reads', defaultOutput: './generated' }),
  generate,
});

function generate({ generator, datasources, dmmf }: GeneratorOptions): void {
  const directory = generator.output?.value;
  if (!directory) throw new Error('Compiled reads: the generator needs an `output` directory.');
  const provider = datasources[0]?.activeProvider;
  if (provider !== 'postgresql') throw new Error(`Compiled reads are for postgresql; the data source is ${provider}.`);
  mkdirSync(directory, { recursive: true });
  const from = relative(directory, definitions).split(sep).join('/');
  writeFileSync(join(directory, 'datamodel.ts'), render(fromDmmf(dmmf.datamodel), from));
}
