/** Projects of a test's own, beside the seeded ones: the API makes none. */
import pg from 'pg';
import type { PermissionRole } from '#client';
import type { App } from '../../../src/app.ts';
import { as } from '../../support/app.ts';
import { ownerUrl } from '../../support/database.ts';

/** Users of the tiny seed; users 1 to 9 are for tests of the seeded rows. */
export const [OWNER, EDITOR, VIEWER, STRANGER, OTHER] = [11, 12, 13, 14, 15] as const;

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the test decides the type of the reply
  readonly json: any;
  readonly headers: Record<string, unknown>;
  /** Statements that the request sent. */
  readonly statements: number;
}

type Method = 'GET' | 'PUT' | 'DELETE' | 'POST';

export interface World {
  ask(method: Method, path: string, headers?: object, payload?: unknown): Promise<Asked>;
  sql<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  /**
   * Makes a tree of one project a level.
   * @returns their ids, the root's first.
   */
  plant(levels: number): Promise<number[]>;
  /** Writes permissions without the API. */
  give(projectId: number, roles: Partial<Record<number, PermissionRole>>): Promise<void>;
  /** A project with an owner, an editor and a viewer. */
  team(): Promise<number>;
}

export function world(app: () => App): World {
  /** Sends requests as the owner. The service has read the log of its changes when it resolves. */
  const sql = async <Row>(text: string, values: unknown[] = []) => {
    const client = new pg.Client({ connectionString: ownerUrl(app().pool.options.connectionString!) });
    await client.connect();
    try {
      const { rows } = await client.query(text, values);
      await app().hotpath.follower.catchUp();
      return rows as Row[];
    } finally {
      await client.end();
    }
  };

  async function plant(levels: number): Promise<number[]> {
    const ids: number[] = [];
    for (let level = 1; level <= levels; level += 1) {
      const [row] = await sql<{ id: number }>(
        `insert into projects (parent_id, name, description) values ($1, $2, '') returning id`,
        [ids.at(-1) ?? null, `Level ${level}`],
      );
      ids.push(row!.id);
    }
    return ids;
  }

  async function give(projectId: number, roles: Partial<Record<number, PermissionRole>>): Promise<void> {
    await sql(
      `insert into permissions (user_id, project_id, role)
       select key::int, $1, value::permission_role from jsonb_each_text($2)
       on conflict (user_id, project_id) do update set role = excluded.role`,
      [projectId, JSON.stringify(roles)],
    );
  }

  async function team(): Promise<number> {
    const [id] = await plant(1);
    await give(id!, { [OWNER]: 'owner', [EDITOR]: 'editor', [VIEWER]: 'viewer' });
    return id!;
  }

  async function ask(method: Method, path: string, headers: object = {}, payload?: unknown): Promise<Asked> {
    const body = payload === undefined ? {} : { payload: payload as object };
    const reply = await app().inject({ method, url: `/v1${path}`, headers: { ...headers }, ...body });
    return {
      status: reply.statusCode,
      json: reply.payload === '' ? undefined : reply.json(),
      headers: reply.headers,
      statements: Number(/desc="(\d+) statement/.exec(String(reply.headers['server-timing']))![1]),
    };
  }

  return { ask, sql, plant, give, team };
}

export const ADMIN = as(2, 'admin');
