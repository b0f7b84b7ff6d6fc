/** The parts that reads use: the resources, the parser of selections, the compiler, and the pool for statements. */
import { createCompiler } from '../../compile/compile.ts';
import { executeWith } from '../../compile/execute.ts';
import { PreparedReads } from '../../compile/prepared-reads.ts';
import type { DataModel } from '../../model/data-model.ts';
import { qualifiedModel } from '../../model/qualified-model.ts';
import { cursorSigner } from '../../resource/cursor.ts';
import { checkReads } from '../../resource/declared-reads.ts';
import { Registry } from '../../resource/registry.ts';
import type { Resource } from '../../resource/resource.ts';
import { SelectionParser } from '../../resource/selection.ts';
import type { SessionPool } from '../../session/session-pool.ts';
import { schemaOf } from '../../session/settings.ts';
import type { Qualified, ReadParts } from '../instance.ts';
import { ReplyBurst } from './burst.ts';
import { KnownReads } from './known-reads.ts';
import { TimeLimit } from './time-limit.ts';

export interface ReadingOptions {
  readonly pool: SessionPool;
  readonly model: DataModel;
  readonly resources: readonly Resource[];
  /** Signs cursors; every instance of the service shares it. */
  readonly secret: string;
  /** The time limit of a cached read, in milliseconds; 0 means no limit. */
  readonly timeoutMs: number;
}

/** @throws {DeclarationError} for resources whose declarations cannot be compiled. */
export function openReading({ pool, model, resources, secret, timeoutMs }: ReadingOptions): ReadParts {
  const registry = new Registry(model);
  registry.add(...resources);
  registry.check();
  checkReads(registry);
  const prepared = new PreparedReads(pool);
  const limit = new TimeLimit(timeoutMs);
  return {
    pool,
    resources: registry,
    compiler: createCompiler({ dataModel: model }),
    qualified: qualify(model, schemaOf(pool.options.connectionString)),
    prepared,
    execute: executeWith(pool, prepared),
    selections: new SelectionParser(registry, cursorSigner(secret)),
    burst: new ReplyBurst(),
    known: new KnownReads(),
    inTime: timeoutMs === 0 ? (work) => work : (work) => limit.of(work),
  };
}

function qualify(model: DataModel, schema: string): Qualified {
  const dataModel = qualifiedModel(model, schema);
  return { schema, dataModel, compiler: createCompiler({ dataModel }) };
}
