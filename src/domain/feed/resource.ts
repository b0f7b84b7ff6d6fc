import { everything, SUBJECT } from '../../engine/resource/policy.ts';
import { resource } from '../resource.ts';

export const post = resource('Post', {
  name: 'post',
  fields: ['id', 'title', 'body', 'media', 'createdAt', 'updatedAt'],
  relations: { author: { as: 'person' } },
  lean: 'id,title,createdAt',
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: everything('user', 'admin'),
});

export const notification = resource('Notification', {
  name: 'notification',
  fields: ['id', 'kind', 'title', 'body', 'data', 'readAt', 'createdAt'],
  lean: 'id,kind,title,createdAt,readAt',
  filters: { readAt: ['isNull'] },
  sorts: ['createdAt'],
  sort: '-createdAt',
  policy: { admin: {}, user: { rows: { userId: SUBJECT } } },
});
