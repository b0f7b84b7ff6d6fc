/** `hotpath warm`: fills Redis with what is read most, before it is asked for. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Command, CommandError } from './command.ts';
import { type Fillable, fill, fillOptions, type HeadersFor, reportFilled } from './fill.ts';
import { resolveTypeScript } from './typescript-modules.ts';

const usage = `Usage: $0 warm MODULE [--rate N] [--top N]

Reads what has been read most, the most read first, so that Redis holds it before somebody asks. What Redis holds already
costs no statement, so a run that was interrupted goes on where it stopped. Pages that a guard is asked about first are
left out: the command is nobody whom it lets in. Their first reader fills them.

MODULE    exports build(), which gives the Fastify server, not listening, and headersFor(viewer), which gives the headers
          of a request by a viewer ({ subject, role }; no subject where all of the role are answered alike); without it
          only what the public reads is warmed
--rate N  statements a second at most (50)
--top N   how many of the most read (1000; 10000 of the public and 10000 of viewers are known at most)

The server needs Redis, and what else it is configured with. Progress goes to standard error.`;

export const warm: Command = {
  summary: 'fill Redis with what is read most',
  usage,
  async run(args) {
    const { positionals, ...options } = fillOptions(usage, args);
    const [file, ...more] = positionals;
    if (!file || more.length > 0) throw new CommandError(usage);
    const { build, headersFor = () => undefined } = await importServer(file);
    const app = await build();
    try {
      await app.ready();
      if (!app.hotpath) throw new CommandError(`The server of ${file} has not registered the plugin hotpath.`);
      reportFilled(await fill(app, headersFor, options));
    } finally {
      await app.close();
    }
  },
};

interface Server extends Fillable {
  ready(): PromiseLike<unknown>;
  close(): PromiseLike<unknown>;
}

interface ServerModule {
  build(): Server | Promise<Server>;
  readonly headersFor?: HeadersFor;
}

async function importServer(file: string): Promise<ServerModule> {
  resolveTypeScript();
  const exported = await import(pathToFileURL(resolve(file)).href).catch((cause: Error) => {
    throw new CommandError(`${file} cannot be loaded: ${cause.message}`, { cause });
  });
  if (typeof exported.build !== 'function')
    throw new CommandError(`${file} exports no build(), which gives the server.`);
  return exported;
}
