import { everything, SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

/** A user's own account. */
export const user = resource('User', {
  name: 'user',
  version: 'version',
  fields: [
    'id',
    'name',
    'email',
    'avatarUrl',
    'phone',
    'address',
    'preferences',
    'role',
    'status',
    'createdAt',
    'updatedAt',
  ],
  relations: { orders: { take: 20 }, posts: { take: 20 }, notifications: { take: 20 }, transactions: { take: 20 } },
  defaultFields: 'id,name,email,avatarUrl',
  filters: { id: ['in'], email: ['equals'] },
  sorts: ['id'],
  sort: 'id',
  policy: { admin: {}, user: { rows: { id: SUBJECT } } },
  examples: {
    id: 1,
    name: 'Ada Lovelace',
    email: 'ada.lovelace.1@example.com',
    avatarUrl: 'https://cdn.example.com/avatars/lovelace-1.webp',
  },
});

/** The public fields of a user: those of a review's author or of a project's member. */
export const person = resource('User', {
  name: 'person',
  version: 'version',
  fields: ['id', 'name', 'avatarUrl'],
  defaultFields: 'id,name',
  sort: 'id',
  policy: everything('public', 'user', 'admin'),
  examples: { id: 3, name: 'Emmy Noether' },
});
