/** Resources: what may be asked, by role, and the SQL of any question, with its plan. No question is run. */
import type { FastifyInstance } from 'fastify';
import { requestError } from '../../../../http/errors.ts';
import { shownValue } from '../../../../inspector/shown-values.ts';
import type { Resource } from '../../../../resource/resource.ts';
import { listParameters } from '../../../../resource/selection.ts';
import { PUBLIC, type Viewer } from '../../../../resource/viewer.ts';
import { type Hotpath, hotpathOf } from '../../../instance.ts';
import { listKind } from '../../../reads/read-kinds.ts';
import { Input } from './input.ts';
import { type InspectorParts, OWN_ROUTE } from './parts.ts';
import { explained } from './request-routes.ts';

interface Asked {
  readonly role: string;
  readonly subject: string;
  /** As in a URL: `fields=id,name&limit=5`. */
  readonly query: string;
}

export function addResourceRoutes(app: FastifyInstance, parts: InspectorParts): void {
  app.get('/resources', OWN_ROUTE, async () => {
    const hotpath = hotpathOf(app);
    return { resources: hotpath?.resources.all().map((resource) => described(hotpath, resource)) ?? [] };
  });
  app.post('/resources/ask', OWN_ROUTE, async ({ body }) => {
    const hotpath = hotpathOf(app);
    const input = new Input(body);
    const resource = hotpath?.resources.all().find(({ name }) => name === input.text('resource'));
    if (!hotpath || !resource) throw requestError('notFound', 'There is no such resource.');
    const [role, subject, query] = ['role', 'subject', 'query'].map((name) => input.text(name) ?? '') as Texts;
    const { text: sql, values } = statementFor(hotpath, resource, { role, subject, query });
    const plan = await explained(parts, { text: sql, values, isVerbatim: true }, false);
    return { sql, values: values.map(shownValue), ...plan };
  });
}

type Texts = [role: string, subject: string, query: string];

function described({ resources, routes }: Hotpath, resource: Resource) {
  const { name, model, fields, relations, computed, defaultFields, filters, sorts, sort, limit, policy } = resource;
  return {
    ...{ name, model, fields, defaultFields, sorts, sort, limit },
    parameters: listParameters(resource),
    relations: Object.keys(relations).map((relation) => ({
      relation,
      resource: resources.target(resource, relation).name,
    })),
    computed: Object.keys(computed),
    filters,
    bounds: resources.boundsOf(resource),
    roles: Object.entries(policy).map(([role, { rows, without = [] }]) => ({
      role,
      isNarrowed: rows !== undefined,
      without,
    })),
    routes: routes.filter(({ read }) => read.resource === resource).map(({ url, read }) => ({ url, kind: read.kind })),
  };
}

/** @throws 400, 401 and 403 as a route of the resource would. */
function statementFor({ selections, compiler }: Hotpath, resource: Resource, { role, subject, query }: Asked) {
  const viewer: Viewer = role === PUBLIC.role ? PUBLIC : { role, subject: subject === '' ? '0' : subject };
  const parameters = Object.fromEntries(new URLSearchParams(query));
  const selection = selections.list({ resource, viewer, query: parameters });
  return compiler.compile(listKind.request(selection));
}
