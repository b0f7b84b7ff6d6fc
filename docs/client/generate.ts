/** Generates the TypeScript client from the API document, with orval. `npm run client` keeps it as `client.ts`. */
import { copyFile, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'orval';

/** @returns the text of the client, which sends its requests by what `request.ts` beside it exports. */
export async function generateClient(document: object): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'hotpath-client-'));
  const placeOf = (name: string) => join(folder.path, name);
  await copyFile(join(import.meta.dirname, 'request.ts'), placeOf('request.ts'));
  await writeFile(placeOf('openapi.json'), JSON.stringify(document));
  const mutator = { path: placeOf('request.ts'), name: 'request' };
  const output = { target: placeOf('client.ts'), client: 'fetch', mode: 'single', override: { mutator } } as const;
  await generate({ input: placeOf('openapi.json'), output });
  return readFile(output.target, 'utf8');
}
