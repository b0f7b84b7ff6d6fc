/** Requests, and the plans of their statements. */
import type { FastifyInstance } from 'fastify';
import { REPEATED } from '../../../../budget/budget.ts';
import { requestError } from '../../../../http/errors.ts';
import { type Explainable, ExplainRefusal, explainStatement } from '../../../../inspector/explain.ts';
import { planAdvice } from '../../../../inspector/plan-advice.ts';
import { matchesFilter, type RequestFilter } from '../../../../inspector/request-filter.ts';
import type { RequestRecord } from '../../../../inspector/request-record.ts';
import { lineOfRequest, requestDetails } from '../../../../inspector/request-view.ts';
import { Input } from './input.ts';
import { type InspectorParts, OWN_ROUTE, poolOf } from './parts.ts';

const LINES = 200;

export function addRequestRoutes(app: FastifyInstance, parts: InspectorParts): void {
  const { recorder, traceUrl } = parts;
  app.get('/requests', OWN_ROUTE, async ({ query }) => listed(parts, new Input(query)));
  app.get('/requests/:id', OWN_ROUTE, async ({ params, query }) => {
    const id = new Input(params).number('id', { from: 0, to: Number.MAX_SAFE_INTEGER });
    const record = found(recorder.requests.find(id!));
    const shown = { changes: recorder.changes, withValues: new Input(query).isOn('values'), repeated: REPEATED };
    const url = record.traceId && traceUrl?.replace('{traceId}', record.traceId);
    return { ...requestDetails(record, shown), traceUrl: url };
  });
  app.get('/traces/:traceId', OWN_ROUTE, async ({ params }) => {
    const traceId = new Input(params).text('traceId', /^[\da-f]{32}$/);
    for (const record of recorder.requests.newest()) if (record.traceId === traceId) return { id: record.id };
    throw gone();
  });
  app.post('/clear', OWN_ROUTE, async (_request, reply) => {
    recorder.clear();
    return reply.code(204).send();
  });
  app.post('/statements/:id/explain', OWN_ROUTE, async ({ params, body }) => {
    const name = new Input(params).text('id', /^\d{1,15}\.\d{1,4}$/)!;
    const [id, index] = name.split('.').map(Number) as [number, number];
    const statement = recorder.requests.find(id)?.trail?.statements[index];
    return explained(parts, found(statement), new Input(body).isOn('analyze'));
  });
}

function listed({ recorder }: InspectorParts, input: Input) {
  const { seen, lastId, requests: ring } = recorder;
  const after = input.number('after', { from: -1, to: Number.MAX_SAFE_INTEGER }) ?? -1;
  const limit = input.number('limit', { from: 1, to: LINES }) ?? LINES;
  const filter = filterOf(input);
  const requests = [];
  for (const record of ring.newest()) {
    if (record.id <= after || requests.length === limit) break;
    if (matchesFilter(record, filter)) requests.push(lineOfRequest(record));
  }
  return { requests, last: lastId, seen, kept: ring.count, keptBytes: ring.bytes };
}

const filterOf = (input: Input): RequestFilter => ({
  route: input.text('route'),
  status: input.text('status', /^[1-5](xx|\d\d)$/),
  slow: input.number('slow', { from: 0, to: Number.MAX_SAFE_INTEGER }),
  outcome: input.text('outcome'),
  over: input.isOn('over'),
  text: input.text('text'),
});

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
