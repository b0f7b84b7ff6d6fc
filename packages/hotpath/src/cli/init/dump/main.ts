/** A Prisma generator for `hotpath init` alone: writes Prisma's description of a schema into a file, `schema.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratorOptions } from '@prisma/generator-helper';
import { serveGenerator } from '../../../model/generator/protocol.ts';

await serveGenerator({
  manifest: () => ({ prettyName: 'The schema, for hotpath init', defaultOutput: './dump' }),
  generate({ generator, datasources, dmmf }: GeneratorOptions) {
    const folder = generator.output!.value!;
    mkdirSync(folder, { recursive: true });
    const provider = datasources[0]?.activeProvider;
    const dump = { provider, datamodel: dmmf.datamodel };
    writeFileSync(join(folder, 'schema.json'), JSON.stringify(dump));
  },
});
