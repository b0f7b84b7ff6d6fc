/** The API page: its name and icon, its viewport, and the files that it may load. */
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';

const app = useApp();
const get = (url: string) => app().inject({ url });
const attributesOf = (html: string, attribute: string): string[] =>
  [...html.matchAll(new RegExp(` ${attribute}="([^"]+)"`, 'g'))].map(([, value]) => value!);

describe.each(['/docs', '/docs/'])('%s', (url) => {
  it('has the name of the project in its title', async () => {
    const { payload } = await get(url);
    expect(payload).toContain('<title>Hotpath API</title>');
    expect(payload).not.toContain('<title>Swagger');
  });

  it('has one viewport, in its head, so that a phone does not show it as wide as a desktop', async () => {
    const [head = '', body = ''] = (await get(url)).payload.split('</head>');
    expect(head.match(/<meta name="viewport"/g)).toHaveLength(1);
    expect(head).toContain('content="width=device-width, initial-scale=1"');
    expect(body).toContain('id="swagger-ui"');
  });

  it('has the same headers for HEAD as for GET', async () => {
    const [head, page] = await Promise.all([app().inject({ method: 'HEAD', url }), get(url)]);
    expect([head.payload, head.headers['content-length']]).toEqual(['', page.headers['content-length']]);
    expect(page.headers['content-length']).toBe(String(Buffer.byteLength(page.payload)));
  });

  it('loads only files of the service, each of which exists', async () => {
    const { payload, headers } = await get(url);
    const files = [...attributesOf(payload, 'href'), ...attributesOf(payload, 'src')];
    expect(files).toHaveLength(7);
    for (const file of files) {
      const { statusCode } = await get(new URL(file, 'http://hotpath/docs/').pathname);
      expect({ file, statusCode }).toEqual({ file, statusCode: 200 });
    }
    expect(payload).not.toMatch(/<script>|<style/);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';frame-ancestors 'none'",
    );
  });
});

it('has an icon and a logo of its own', async () => {
  const { payload } = await get('/docs');
  expect(payload).not.toMatch(/favicon-\d+x\d+\.png/);
  const icon = await get('/docs/static/theme/favicon.svg');
  expect([icon.headers['content-type'], icon.payload]).toEqual(['image/svg+xml', expect.stringContaining('<svg ')]);
  const script = (await get('/docs/static/swagger-initializer.js')).payload;
  const [, logo = ''] = /img\.src = 'data:image\/svg\+xml;base64,([^']+)'/.exec(script)!;
  expect(Buffer.from(logo, 'base64').toString()).toContain('>Hotpath</text>');
});

it('has a style that lays its tables out as lists on a phone', async () => {
  const { headers, payload } = await get('/docs/static/theme/hotpath.css');
  expect(headers['content-type']).toMatch(/^text\/css/);
  expect(payload).toContain('@media (max-width: 640px)');
  expect(payload).not.toMatch(/@import|url\(/);
});

it('shows the document of /openapi.json, without a statement', async () => {
  const [shown, served] = await Promise.all(['/docs/json', '/openapi.json'].map(get));
  expect(shown!.json()).toEqual(served!.json());
  for (const { headers } of [shown!, served!]) expect(headers['server-timing']).toContain('0 statements');
});
