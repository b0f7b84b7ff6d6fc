/** The parts of the library in the database: its schema, and the triggers of each table that resources read. */
import type pg from 'pg';
import { missingSchema } from '../fastify/operations/health/own-schema-check.ts';
import { surveyTables } from '../freshness/coverage.ts';
import { viewsOf, type Watched } from '../freshness/watched.ts';
import { LATEST_VERSION } from '../install/latest-version.ts';
import type { Queryable } from './database.ts';
import { type Finding, fault, ok } from './finding.ts';

const MIGRATE = 'hotpath migration, then npx prisma migrate deploy; or hotpath install';

export async function checkOwnSchema(client: Queryable): Promise<Finding> {
  const check = 'schema hotpath';
  const complaint = await missingSchema(client as pg.Client);
  if (complaint === undefined) return ok(check, `version ${LATEST_VERSION} or later`);
  return fault('missing', { check, detail: complaint.split(': ')[0]!, remedy: MIGRATE });
}

/** One finding for each table or view. */
export async function checkTriggers(client: pg.Client, watched: Watched): Promise<Finding[]> {
  const { gaps, inexactKeys } = await surveyTables(client, watched);
  const sources = [...watched.tables.values(), ...viewsOf(watched)].map(({ source }) => source);
  return sources.map((source) => {
    const check = `triggers of ${source}`;
    const gap = gaps.find((each) => each.source === source);
    if (gap?.remedy === 'migrations') return fault('missing', { check, detail: gap.reason, remedy: MIGRATE });
    if (gap?.remedy === 'statement')
      return fault('missing', {
        check,
        detail: gap.reason,
        remedy: 'Run it as the owner; the cache is bypassed until then.',
      });
    if (gap)
      return fault('wrong', {
        check,
        detail: gap.reason,
        remedy: 'Change the table; the cache is bypassed until then.',
      });
    const inexact = [...inexactKeys].filter((key) => /^[:?]/.test(key.slice(source.length)) && key.startsWith(source));
    if (inexact.length === 0) return ok(check, 'every change is logged');
    return ok(
      check,
      `every change is logged; ${inexact.join(', ')} makes no tags, because its values are not compared by bytes`,
    );
  });
}
