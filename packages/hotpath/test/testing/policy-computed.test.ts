/** `policies()` follows a computed value to every row and field that it tests, however far. */
import { AssertionError } from 'node:assert';
import type { FastifyInstance } from 'fastify';
import { everything, SUBJECT } from 'hotpath';
import { policies } from 'hotpath/testing';
import { describe, expect, it } from 'vitest';
import { as, type BlogOptions, comment, openBlog, person, post, usualRoutes } from './blog.ts';

const prove = (options: BlogOptions, shared: string[] = []): Promise<unknown> => proveOf(options, { as, shared });

async function proveOf(options: BlogOptions, rest: { as: typeof as; shared: string[] }): Promise<unknown> {
  await using blog = await openBlog(options);
  try {
    return await policies({ app: blog.app, ...rest });
  } catch (error) {
    expect(error).toBeInstanceOf(AssertionError);
    return (error as Error).message;
  }
}

const open = { public: {}, user: {} };
const closedPerson = { ...person, policy: { ...open, user: { rows: { id: SUBJECT } } } };
const openComment = { ...comment, policy: everything('public', 'user') };
const withValue = <R extends object>(resource: R, value: object): R => ({ ...resource, computed: { value } });

describe('a comparison two relations away', () => {
  it('fails for a hidden row', async () => {
    const named = withValue(openComment, { compare: ['post.author.name', 'equals', 'person 1'] });
    const changed = { comment: named, person: closedPerson };
    expect(await prove({ changed })).toMatch(
      /comment\.value is made of person that alice may not see, at {"id":\d+}\./,
    );
    expect(await prove({ changed }, ['comment.value'])).toBeTypeOf('object');
  });

  it('fails for a hidden field, and for a relation that is hidden on the way', async () => {
    const byEmail = withValue(openComment, { compare: ['post.author.email', 'equals', 'x'] });
    expect(await prove({ changed: { comment: byEmail } })).toContain(
      'comment.value is made of "email" of person, which its policy keeps from public.',
    );
    const named = withValue(openComment, { compare: ['post.author.name', 'equals', 'x'] });
    const noAuthor = { ...post, policy: { ...open, public: { without: ['author'] } } };
    expect(await prove({ changed: { comment: named, post: noAuthor } })).toContain(
      'comment.value is made of "author" of post, which its policy keeps from public.',
    );
  });

  it('fails behind a model that has no resource', async () => {
    const named = withValue(
      { ...openComment, relations: { author: {} } },
      { compare: ['post.author.name', 'equals', 'x'] },
    );
    const resources = [named, { ...closedPerson, relations: {} }];
    const routes = (app: FastifyInstance) => app.list('/comments', { resource: named, budget: 1 });
    const fault = await prove({ changed: { comment: named }, hotpath: { resources }, routes });
    expect(fault).toContain('comment.value is made of person that alice may not see');
  });

  it('passes if all is visible', async () => {
    const named = withValue(openComment, { compare: ['post.author.name', 'equals', 'x'] });
    expect(await prove({ changed: { comment: named } })).toBeTypeOf('object');
  });
});

describe('the `where` of an aggregate', () => {
  const count = (where: object) => withValue(post, { aggregate: 'count', relation: 'comments', where });
  const faultOf = (where: object, changed: BlogOptions['changed'] = {}) =>
    prove({ changed: { comment: openComment, post: count(where), ...changed } });

  it.each<[string, object]>([
    ['a relation', { author: { name: 'person 1' } }],
    ['a junction', { OR: [{ id: 1 }, { NOT: { author: { is: { name: 'person 1' } } } }] }],
    ['a list', { post: { comments: { some: { author: { isNot: { name: 'x' } } } } } }],
    ['a computed value', { computed: { value: { compare: ['author.name', 'equals', 'x'] }, equals: true } }],
  ])('fails for a hidden row in %s', async (_name, where) => {
    const fault = await faultOf(where, { person: closedPerson });
    expect(fault).toMatch(/post\.value is made of person that alice may not see, at {"id":\d+}\./);
  });

  it('fails for a hidden field, also of the counted rows, and for a resource of which a viewer sees nothing', async () => {
    expect(await faultOf({ author: { email: { contains: '@' } } })).toContain(
      'post.value is made of "email" of person, which its policy keeps from public.',
    );
    const noText = { ...openComment, policy: { ...open, public: { without: ['text'] } } };
    expect(await faultOf({ text: { contains: 'x' } }, { comment: noText })).toContain(
      'post.value is made of "text" of comment, which its policy keeps from public.',
    );
    const noPerson = { ...person, policy: everything('user') };
    expect(await faultOf({ author: { name: 'x' } }, { person: noPerson })).toContain(
      'post.value is made of person, of which public may see nothing.',
    );
  });

  it('passes if all is visible', async () => {
    expect(await faultOf({ author: { name: 'person 1' } })).toBeTypeOf('object');
  });
});

it('a comparison of a field that the own policy hides fails', async () => {
  const liked = withValue(
    { ...post, policy: { ...open, public: { without: ['likes'] } } },
    {
      compare: ['likes', 'gt', 3],
    },
  );
  expect(await prove({ changed: { post: liked }, routes: usualRoutes })).toContain(
    'post.value is made of "likes" of post, which its policy keeps from public.',
  );
});
