/** The activities that editors add. */
import { describe, expect, it } from 'vitest';
import { as, useApp } from '../../support/app.ts';
import { ADMIN, EDITOR, OWNER, STRANGER, VIEWER, world } from './world.ts';

const app = useApp({ seeded: true });
const { ask, sql, give, team } = world(app);

describe('POST /v1/projects/:id/activities', () => {
  const body = { kind: 'commented', summary: 'Looks good', payload: { task: 'the budget', change: { from: 1 } } };

  it('adds an activity in three statements, and it is the latest of the project', async () => {
    const id = await team();
    const { status, json, headers, statements } = await ask('POST', `/projects/${id}/activities`, as(EDITOR), body);
    expect([status, statements]).toEqual([201, 3]);
    expect(json.data).toMatchObject({ ...body, id: expect.any(Number), user: { id: EDITOR } });
    expect(headers['location']).toBe(`/v1/projects/${id}/activities/${json.data.id}`);
    const { json: list } = await ask('GET', `/projects/${id}/activities`, as(VIEWER));
    expect(list.data).toEqual([json.data]);
  });

  it('adds it once for one key, and replays nothing to a user who has lost the permission', async () => {
    const id = await team();
    const headers = { ...as(EDITOR), 'idempotency-key': 'once' };
    const first = await ask('POST', `/projects/${id}/activities`, headers, body);
    const again = await ask('POST', `/projects/${id}/activities`, headers, body);
    expect([first.status, first.statements, again.status, again.json]).toEqual([201, 5, 201, first.json]);
    expect(await sql('select from activities where project_id = $1', [id])).toHaveLength(1);
    await give(id, { [EDITOR]: 'viewer' });
    expect((await ask('POST', `/projects/${id}/activities`, headers, body)).status).toBe(403);
  });

  it('treats a missing payload as an empty one', async () => {
    const id = await team();
    const added = await ask('POST', `/projects/${id}/activities`, as(OWNER), { kind: 'shared', summary: 'Sent' });
    expect(added.json.data.payload).toEqual({});
  });

  it.each([
    ['a viewer', as(VIEWER), 403],
    ['a stranger', as(STRANGER), 404],
    ['the public', {}, 401],
    ['an administrator who is no user', as('root', 'admin'), 404],
  ])('refuses %s', async (_who, headers, status) => {
    const id = await team();
    expect((await ask('POST', `/projects/${id}/activities`, headers, body)).status).toBe(status);
    expect(await sql('select from activities where project_id = $1', [id])).toEqual([]);
  });

  it('refuses an administrator if the project does not exist', async () => {
    expect((await ask('POST', '/projects/2000000000/activities', ADMIN, body)).json).toMatchObject({ status: 404 });
  });

  it.each([
    ['no kind', { summary: 'x' }, 400],
    ['a kind that is none', { ...body, kind: 'gossip' }, 400],
    ['an empty summary', { ...body, summary: '' }, 400],
    ['a summary too long', { ...body, summary: 'x'.repeat(241) }, 400],
    ['a summary that PostgreSQL cannot keep', { ...body, summary: 'a\0b' }, 400],
    ['a payload that is no object', { ...body, payload: [1] }, 400],
    ['a payload that PostgreSQL cannot keep', { ...body, payload: { deep: ['a\0b'] } }, 400],
    ['a payload of half a character', { ...body, payload: { text: '\ud800' } }, 400],
    ['a key that PostgreSQL cannot keep', { ...body, payload: { 'a\0b': 1 } }, 400],
    ['an author of its own choice', { ...body, userId: OWNER }, 400],
    ['more than is allowed', { ...body, payload: { text: 'x'.repeat(16_384) } }, 413],
  ])('refuses %s before any statement', async (_what, wrong, status) => {
    const asked = await ask('POST', `/projects/${await team()}/activities`, as(EDITOR), wrong);
    expect([asked.status, asked.statements]).toEqual([status, 0]);
  });

  it('keeps text that looks like unstorable text', async () => {
    const payload = { text: 'a \\u0000 in writing, 😀 and "quotes"' };
    const id = await team();
    const added = await ask('POST', `/projects/${id}/activities`, as(EDITOR), { ...body, payload });
    expect(added.json.data.payload).toEqual(payload);
  });
});

describe('GET /v1/projects/:id/activities/:activityId', () => {
  it('answers with the activity in its own project, to a viewer that may see the project', async () => {
    const [id, other] = [await team(), await team()];
    const { json } = await ask('POST', `/projects/${id}/activities`, as(OWNER), { kind: 'shared', summary: 'Sent' });
    const at = (project: number) => `/projects/${project}/activities/${json.data.id}`;
    expect((await ask('GET', at(id), as(VIEWER))).json).toEqual(json);
    expect((await ask('GET', at(other), as(VIEWER))).json).toMatchObject({ detail: 'There is no such activity.' });
    expect((await ask('GET', at(id), as(STRANGER))).json).toMatchObject({ detail: 'There is no such project.' });
  });
});
