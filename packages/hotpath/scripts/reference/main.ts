/** `npm run docs:reference`: writes the pages of docs/reference. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { referencePages } from './pages.ts';

const library = join(import.meta.dirname, '../..');
const folder = join(library, '../../docs/reference');

await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(await referencePages(library))) {
  await writeFile(join(folder, name), text);
  process.stdout.write(`docs/reference/${name}\n`);
}
