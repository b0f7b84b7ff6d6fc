/** The files that jobs write and requests read, and the signed links to them. */
import fp from 'fastify-plugin';
import { type LinkSigner, linkSigner } from 'hotpath/edge';
import type { Config } from '../config/config.ts';
import { type FileStore, openFileStore } from '../storage/file-store.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly files: FileStore;
    readonly links: LinkSigner;
  }
}

export interface FilesOptions {
  readonly config: Config['files'];
  /** The secret that signs links; every process of the service shares it. */
  readonly secret: string;
}

export const files = fp<FilesOptions>(
  async (app, { config, secret }) => {
    app.decorate('files', openFileStore(config.directory));
    app.decorate('links', linkSigner(secret));
  },
  { name: 'files' },
);
