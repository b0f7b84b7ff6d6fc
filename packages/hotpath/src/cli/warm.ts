/** `hotpath warm`: fills Redis with the most read answers before clients request them. */
import { type Command, CommandError } from './command.ts';
import { type Fillable, fill, fillOptions, type HeadersFor, reportFilled } from './fill.ts';
import { importServerModule } from './server-module.ts';

const usage = `Usage: $0 warm MODULE [--rate N] [--top N]

Reads the most read answers, the most read first, so that Redis has them before a client requests them. Answers that Redis
has already cost no statement, so a run after an interruption continues where the last one stopped. The command leaves out
pages behind a guard, because it cannot pass the guard. Their first reader fills them.

MODULE    exports build(), which returns the Fastify server, not listening, and headersFor(viewer), which returns the headers
          of a request by a viewer ({ subject, role }; no subject if all viewers of the role share an answer); without it
          the command fills only the public's answers
--rate N  statements a second at most (50)
--top N   the number of answers (1000; Redis knows at most 10000 of the public and 10000 of viewers)

The server needs Redis, and the rest of its configuration. Progress goes to standard error.`;

export const warm: Command = {
  summary: 'fill Redis with the most read answers',
  usage,
  async run(args) {
    const { positionals, ...options } = fillOptions(usage, args);
    const [file, ...more] = positionals;
    if (!file || more.length > 0) throw new CommandError(usage);
    const { build, headersFor = () => undefined } = await importServerModule<ServerModule>(file);
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
