/** The text of the file that serves the resources: a server, or a plugin for an existing server. */
import { itemPath } from './checked.ts';
import type { Proposal } from './proposal.ts';
import type { Modules } from './resources-file.ts';
import { callText, importText, quotedText } from './source-text.ts';

export function serverFile(proposals: readonly Proposal[], modules: Modules): string {
  const { isJavaScript } = modules;
  return `/**
 * The HTTP server: a list and an item of each resource. Written once by \`hotpath init\`; it is yours to change.
 *
 * It reads DATABASE_URL, JWT_SECRET (32 bytes or more, the same in every instance) and PORT.
 */
import { PrismaPg } from '@prisma/adapter-pg';
import Fastify from 'fastify';
import { bearerViewer, Pool } from 'hotpath';
import { problems } from 'hotpath/edge';
import { hotpath } from 'hotpath/fastify';
${importText(['PrismaClient'], modules.client)}
${importText(resourceNames(proposals), modules.resources)}

/** The server, not listening yet. */
export async function build() {
  const app = Fastify({ logger: true });
  const secret = fromEnvironment('JWT_SECRET');
  // Reads go through this pool, and so do the writes of Prisma Client, so that every statement is counted.
  const pool = new Pool({ connectionString: fromEnvironment('DATABASE_URL') });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  app.addHook('onClose', () => pool.end());

  // Errors become problem documents (RFC 9457), in which no client sees an SQL error.
  await app.register(problems);
${budgetMode(modules)}
  // \`viewer\` authenticates requests by the tokens of \`npx hotpath token\`: replace it by your own authentication.
  const viewer = bearerViewer(secret);
  await app.register(hotpath, { prisma, pool, model, resources, secret, mode, viewer });

${routes(proposals)}
  return app;
}

${environmentFunction(isJavaScript)}

if (process.argv[1] === import.meta.filename) {
  const app = await build();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
  await app.listen({ port: Number(${environmentVariable('PORT', isJavaScript)} ?? 3000) });
}
`;
}

export function pluginFile(proposals: readonly Proposal[], modules: Modules): string {
  const { isJavaScript } = modules;
  const type = isJavaScript ? '' : "import type { FastifyInstance } from 'fastify';\n";
  return `/**
 * The routes of the resources, for an existing Fastify server. Written once by \`hotpath init\`; it is yours to change.
 *
 *     await app.register(hotpathRoutes, { prefix: '/api' });
 *
 * It reads DATABASE_URL and CURSOR_SECRET (32 bytes or more, the same in every instance).
 */
import { PrismaPg } from '@prisma/adapter-pg';
${type}import { Pool } from 'hotpath';
import { hotpath } from 'hotpath/fastify';
${importText(['PrismaClient'], modules.client)}
${importText(resourceNames(proposals), modules.resources)}

export async function hotpathRoutes(app${isJavaScript ? '' : ': FastifyInstance'}) {
  const secret = fromEnvironment('CURSOR_SECRET');
  // If the server has a Prisma Client already, make that one over this pool, so that every statement is counted.
  const pool = new Pool({ connectionString: fromEnvironment('DATABASE_URL') });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  app.addHook('onClose', () => pool.end());

  // The viewer of a request. Every client is the public until this returns { subject: the id of the user, role: 'user' }.
  const viewer = () => undefined;
${budgetMode(modules)}
  await app.register(hotpath, { prisma, pool, model, resources, secret, mode, viewer });

${routes(proposals)}}

${environmentFunction(isJavaScript)}
`;
}

const budgetMode = ({
  isJavaScript,
}: Modules): string => `  // A request that sends more statements than its budget fails, except in production, where it is counted.
  const mode = ${environmentVariable('NODE_ENV', isJavaScript)} === 'production' ? 'count' : 'throw';`;

const environmentVariable = (name: string, isJavaScript: boolean): string =>
  isJavaScript ? `process.env.${name}` : `process.env['${name}']`;

const resourceNames = (proposals: readonly Proposal[]): string[] =>
  ['model', 'resources', ...proposals.map(({ name }) => name)].sort();

const routes = (proposals: readonly Proposal[]): string => proposals.map((each) => `${routesOf(each)}\n`).join('');

function routesOf(proposal: Proposal): string {
  const options = [
    ['resource', proposal.name],
    ['budget', '1'],
    ['cache', '{ ttl: 60 }'],
  ] as const;
  const route = (kind: string, path: string) => callText(`app.${kind}(${quotedText(path)}, `, options);
  return `${route('list', proposal.path)}\n${route('item', itemPath(proposal))}`;
}

function environmentFunction(isJavaScript: boolean): string {
  const [parameter, result] = isJavaScript ? ['name', ''] : ['name: string', ': string'];
  return `function fromEnvironment(${parameter})${result} {
  const value = process.env[name];
  if (!value) throw new Error(\`\${name} is not set.\`);
  return value;
}`;
}
