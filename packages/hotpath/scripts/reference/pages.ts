/** The pages of docs/reference, which are made from the sources of the library. */
import { readApi } from './api-model.ts';
import { commandsPage } from './commands-page.ts';
import { exportsPage } from './exports-page.ts';
import { optionsPage } from './options-page.ts';

/** By the name of its file, the text of each page. @param library the folder of the package. */
export async function referencePages(library: string): Promise<Readonly<Record<string, string>>> {
  const [entries, commands] = await Promise.all([readApi(library), commandsPage(library)]);
  return { 'commands.md': commands, 'exports.md': exportsPage(library, entries), 'options.md': optionsPage(entries) };
}
