/** Each resource has its own component in the API document, beside those of the library. */
import type { Resource } from 'hotpath';
import { openapi } from 'hotpath/openapi';
import { expect, it } from 'vitest';
import { openBlog, person, post, usualRoutes } from '../testing/blog.ts';

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
}

const serve = (names: { post: string; person: string }) =>
  openBlog({
    isLogged: false,
    changed: { post: { ...post, name: names.post } as Resource, person: { ...person, name: names.person } as Resource },
    routes: (app, all) => void app.register(openapi, { title: 'blog' }).after(() => usualRoutes(app, all)),
  });

it.each([
  ['problem', 'ProblemRow'],
  ['pageMeta', 'PageMetaRow'],
  ['page meta', 'PageMetaRow'],
  ['blog post', 'BlogPost'],
])('the resource "%s" is the component %s', async (name, component) => {
  await using blog = await serve({ post: name, person: 'person' });
  const document = blog.app.swagger() as unknown as { components: { schemas: Record<string, Schema> }; paths: object };
  const { schemas } = document.components;
  expect(Object.keys(schemas[component]!.properties)).toContain('likes');
  expect(Object.keys(schemas['Problem']!.properties)).toContain('detail');
  expect(Object.keys(schemas['PageMeta']!.properties)).toContain('limit');
  expect(JSON.stringify(document.paths)).toContain(`{"$ref":"#/components/schemas/${component}"}`);
});

it.each([
  ['order item', 'OrderItem', 'OrderItem'],
  ['problem', 'problem row', 'ProblemRow'],
])('the resources "%s" and "%s" are refused at the start', async (one, other, component) => {
  await expect(serve({ post: one, person: other })).rejects.toThrow(
    `The resource "${one}" has the name "${component}" in the API document, as "${other}" has; give one of them another name.`,
  );
});
