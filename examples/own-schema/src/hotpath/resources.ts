/** The part of the schema that the API shows: names, filters, sorts, and the rows that each viewer may see. */
import { resources as declared, everything, SUBJECT } from 'hotpath';
import type { Prisma } from '../../generated/client.ts';

export { datamodel as model } from '../../generated/datamodel.ts';

const resource = declared<Prisma.TypeMap>();

export const person = resource('app_user', {
  name: 'person',
  fields: ['id', 'display_name'],
  defaultFields: 'id,display_name',
  sort: 'id',
  policy: everything('public', 'member'),
});

export const note = resource('note', {
  name: 'note',
  fields: ['id', 'title', 'body', 'state', 'created_at', 'owner_id'],
  relations: { owner: { as: 'person' }, labels: { take: 20 } },
  defaultFields: 'id,title,state,created_at,owner(display_name)',
  filters: { state: ['equals'], created_at: ['gte', 'lt'] },
  sorts: ['created_at'],
  sort: '-created_at',
  policy: {
    public: { rows: { state: 'shared' } },
    member: { rows: { OR: [{ owner_id: SUBJECT }, { state: 'shared' }] } },
  },
});

export const label = resource('label', {
  name: 'label',
  fields: ['slug'],
  relations: { notes: { take: 10 } },
  // Of shared notes alone: a count of all would reveal the notes of others.
  computed: { shared_notes: { aggregate: 'count', relation: 'notes', where: { state: 'shared' } } },
  defaultFields: 'slug,shared_notes',
  sort: 'slug',
  policy: everything('public', 'member'),
});

export const team = resource('team', {
  name: 'team',
  fields: ['id', 'name'],
  relations: { members: { take: 50 } },
  defaultFields: 'id,name,members(is_lead,user(display_name))',
  sort: 'id',
  policy: everything('member'),
});

export const membership = resource('membership', {
  name: 'membership',
  fields: ['team_id', 'user_id', 'is_lead', 'joined_at'],
  relations: { user: { as: 'person' }, team: {} },
  defaultFields: 'is_lead,joined_at,user(id,display_name)',
  sort: 'user_id',
  policy: { member: { rows: { team: { members: { some: { user_id: SUBJECT } } } } } },
});

export const resources = [person, note, label, team, membership];
