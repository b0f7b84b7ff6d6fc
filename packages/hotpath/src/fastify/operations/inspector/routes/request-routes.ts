/** Requests, and the plans of their statements. */
import type { FastifyInstance } from 'fastify';
import { REPEATED } from '../../../../budget/budget.ts';
import { requestError } from '../../../../http/errors.ts';
import { type Explainable, ExplainRefusal, explainStatement } from '../../../../inspector/explain.ts';
import { planAdvice } from '../../../../inspector/plan-advice.ts';
import { matchesFilter, type RequestFilter } from '../../../../inspector/request-filter.ts';
import type { RequestRecord } from '../../../../inspector/request-record.ts';
import { requestDetails, requestLine } from '../../../../inspector/request-view.ts';
import { type InspectorParts, ownSchema, poolOf } from './parts.ts';

const LINES = 200;

const text = { type: 'string', maxLength: 200 } as const;

const LIST = ownSchema({
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      after: { type: 'integer', minimum: -1, default: -1 },
      limit: { type: 'integer', minimum: 1, maximum: LINES, default: LINES },
      route: text,
      status: { type: 'string', pattern: '^[1-5](xx|\\d\\d)$' },
      slow: { type: 'number', minimum: 0 },
      outcome: text,
      over: { type: 'boolean' },
      text,
    },
  },
});

interface ListQuery extends RequestFilter {
  readonly after: number;
  readonly limit: number;
}

const ONE = ownSchema({
  params: { type: 'object', properties: { id: { type: 'integer', minimum: 0 } } },
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { values: { type: 'boolean', default: false } },
  },
});

const TRACE = ownSchema({
  params: { type: 'object', properties: { traceId: { type: 'string', pattern: '^[\\da-f]{32}$' } } },
});

const EXPLAIN = ownSchema({
  params: { type: 'object', properties: { id: { type: 'string', pattern: '^\\d{1,15}\\.\\d{1,4}$' } } },
  body: { type: 'object', additionalProperties: false, properties: { analyze: { type: 'boolean', default: false } } },
});

export function addRequestRoutes(app: FastifyInstance, parts: InspectorParts): void {
  const { recorder, traceUrl } = parts;
  app.get<{ Querystring: ListQuery }>('/requests', LIST, async ({ query }) => listed(parts, query));
  app.get<{ Params: { id: number }; Querystring: { values: boolean } }>(
    '/requests/:id',
    ONE,
    async ({ params, query }) => {
      const record = found(recorder.requests.find(params.id));
      const shown = { changes: recorder.changes, withValues: query.values, repeated: REPEATED };
      const details = requestDetails(record, shown);
      const url = record.traceId && traceUrl?.replace('{traceId}', record.traceId);
      return { ...details, traceUrl: url };
    },
  );
  app.get<{ Params: { traceId: string } }>('/traces/:traceId', TRACE, async ({ params }) => {
    for (const record of recorder.requests.newest()) if (record.traceId === params.traceId) return { id: record.id };
    throw gone();
  });
  app.post('/clear', ownSchema(), async (_request, reply) => {
    recorder.clear();
    return reply.code(204).send();
  });
  app.post<{ Params: { id: string }; Body: { analyze: boolean } }>(
    '/statements/:id/explain',
    EXPLAIN,
    ({ params, body }) => {
      const [id, index] = params.id.split('.').map(Number) as [number, number];
      const statement = recorder.requests.find(id)?.trail?.statements[index];
      return explained(parts, found(statement), body.analyze);
    },
  );
}

function listed({ recorder }: InspectorParts, { after, limit, ...filter }: ListQuery) {
  const requests = [];
  const { seen } = recorder;
  for (const record of recorder.requests.newest()) {
    if (record.id <= after || requests.length === limit) break;
    if (matchesFilter(record, filter)) requests.push(requestLine(record));
  }
  return { requests, last: seen - 1, seen, kept: recorder.requests.count, keptBytes: recorder.requests.bytes };
}

/** @throws 400 with what PostgreSQL or the inspector says against it. */
export async function explained(parts: InspectorParts, statement: Explainable, analyze: boolean) {
  try {
    const plan = await explainStatement(poolOf(parts), statement, { analyze });
    return { ...plan, advice: planAdvice(plan) };
  } catch (error) {
    const { severity } = error as { severity?: string };
    if (!(error instanceof ExplainRefusal) && severity === undefined) throw error;
    throw requestError('invalidRequest', (error as Error).message);
  }
}

const gone = () => requestError('notFound', 'The inspector does not know this request, or has forgotten it.');

function found<T extends RequestRecord | Explainable>(kept: T | undefined): T {
  if (!kept) throw gone();
  return kept;
}
