/** The Prisma generator that writes `datamodel.ts` beside the client, at every `prisma generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import generatorHelper from '@prisma/generator-helper';
import { fromDmmf } from './from-dmmf.ts';
import { render } from './render.ts';

const definitions = fileURLToPath(new URL('../data-model.ts', import.meta.url));

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'Data model of compiled reads', defaultOutput: './generated' }),
  async onGenerate(options) {
    const directory = options.generator.output?.value;
    if (!directory) throw new Error('The generator needs an `output` directory.');
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'datamodel.ts');
    const from = relative(dirname(file), definitions).split(sep).join('/');
    writeFileSync(file, render(fromDmmf(options.dmmf.datamodel), from));
  },
});
