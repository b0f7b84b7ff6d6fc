/** The pages of docs/reference that are generated from the sources of the library. */
import { readApi } from './api-model.ts';
import { commandsPage } from './commands-page.ts';
import { exportsPage } from './exports-page.ts';
import { optionsPage } from './options-page.ts';

/** The text of each page, by the name of its file. @param library the folder of the package. */
export async function referencePages(library: string): Promise<Readonly<Record<string, string>>> {
  const [entries, commands] = await Promise.all([readApi(library), commandsPage(library)]);
  return { 'commands.md': commands, 'exports.md': exportsPage(library, entries), 'options.md': optionsPage(entries) };
}
