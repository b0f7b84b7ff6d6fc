/** A module of the user that builds the server of a service, for commands that work inside it. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandError } from './command.ts';
import { resolveTypeScript } from './typescript-modules.ts';

/** @throws {CommandError} if the module cannot be loaded, or exports no `build()`. */
export async function importServerModule<M extends { build: unknown }>(file: string): Promise<M> {
  resolveTypeScript();
  const exported = await import(pathToFileURL(resolve(file)).href).catch((cause: Error) => {
    throw new CommandError(`${file} cannot be loaded: ${cause.message}`, { cause });
  });
  if (typeof exported.build !== 'function')
    throw new CommandError(`${file} exports no build(), which returns the server.`);
  return exported;
}
