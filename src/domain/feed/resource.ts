import { everything, SUBJECT } from 'hotpath';
import { resource } from '../resource.ts';

/** A user's home page: the latest posts and the unread notifications. */
export const home = resource('User', {
  name: 'home',
  version: 'version',
  fields: ['id', 'name', 'email', 'avatarUrl'],
  relations: {
    posts: { take: 10, sort: '-createdAt' },
    notifications: { take: 20, sort: '-createdAt', where: { readAt: null } },
  },
  computed: { unread: { aggregate: 'count', relation: 'notifications', where: { readAt: null } } },
  defaultFields: 'name,email,posts(id,title,createdAt),notifications(id,kind,title,createdAt),unread',
  sort: 'id',
  policy: { admin: {}, user: { rows: { id: SUBJECT } } },
  examples: {
    name: 'Ada Lovelace',
    email: 'ada.lovelace.1@example.com',
    avatarUrl: 'https://cdn.example.com/avatars/lovelace-1.webp',
    unread: 3,
  },
});

export const post = resource('Post', {
  name: 'post',
  fields: ['id', 'title', 'body', 'media', 'createdAt', 'updatedAt'],
  relations: { author: { as: 'person' } },
  defaultFields: 'id,title,createdAt',
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: everything('user', 'admin'),
  examples: { title: 'A bench for the yard' },
});

export const notification = resource('Notification', {
  name: 'notification',
  version: 'version',
  fields: ['id', 'kind', 'title', 'body', 'data', 'readAt', 'createdAt'],
  defaultFields: 'id,kind,title,createdAt,readAt',
  filters: { readAt: ['isNull'] },
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
  examples: { title: 'Your order is on its way', readAt: null },
});
