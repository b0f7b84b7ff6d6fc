/** Each shape as the service reads it, without HTTP: selection, policy, compilation, one prepared statement. */
import type { Hotpath } from 'hotpath/fastify';
import { ROUTES, type ShapeRoute } from './hotpath-routes.ts';
import { type ReadAnswer, type ReadAnswers, SHAPE_NAMES } from './shapes.ts';

const ADMIN = { subject: '1', role: 'admin' };

export const hotpathAnswers = (hotpath: Hotpath): ReadAnswers =>
  Object.fromEntries(SHAPE_NAMES.map((name) => [name, answerOf(hotpath, ROUTES[name])])) as unknown as ReadAnswers;

function answerOf({ selections, compiler, execute }: Hotpath, route: ShapeRoute): ReadAnswer {
  const { kind, resource, where, query } = route;
  return async (subject) => {
    const asked = { resource, viewer: ADMIN, where: where(subject), query: query(subject) };
    const [action, { args }] =
      kind === 'item'
        ? (['findFirst', selections.item(asked)] as const)
        : (['findMany', selections.list(asked)] as const);
    return (await execute(compiler.compile({ model: resource.model, action, args }))).json;
  };
}
