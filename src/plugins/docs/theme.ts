/**
 * The look of the API page: the project's name in its title, top bar and icon, and a style that fits a phone. The page comes
 * from @fastify/swagger-ui, which serves these as files of their own, so that the content security policy needs no exception.
 */

const FLAME = '<path d="M16 2c1 6 9 9 9 17a9 9 0 0 1-18 0c0-4 2-6 4-8 0 3 1 4 2 5 2-4 1-9 3-14z" fill="#f97316"/>';

const FAVICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${FLAME}</svg>`;

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 32" width="150" height="32">
<title>Hotpath</title>${FLAME}
<text x="36" y="24" fill="#fff" font-family="system-ui, sans-serif" font-size="24" font-weight="700">Hotpath</text>
</svg>`;

export const logo = { type: 'image/svg+xml', content: LOGO, href: '/docs' };

/**
 * Colours are the package's, so that its dark mode works. On a phone the tables of parameters and replies become lists. The
 * column of links is hidden, because no operation declares links.
 */
const STYLE = `
.swagger-ui .topbar .topbar-wrapper { align-items: center; flex-flow: row nowrap; justify-content: space-between; }
.swagger-ui .topbar .download-url-wrapper, .swagger-ui .responses-table tr > .response-col_links { display: none; }
.swagger-ui .info { margin: 32px 0; }
.swagger-ui .scheme-container { padding: 16px 0; }
.swagger-ui .opblock .opblock-summary-path { overflow-wrap: anywhere; }
.swagger-ui .parameters-col_description input[type=text] { max-width: 640px; }
.swagger-ui .renderedMarkdown, .swagger-ui .json-schema-2020-12 { overflow-wrap: anywhere; }
.swagger-ui .curl * { overflow-wrap: anywhere; white-space: pre-wrap !important; }
@media (max-width: 640px) {
  .swagger-ui .wrapper, .swagger-ui .topbar .wrapper { padding: 0 12px; }
  .swagger-ui .info { margin: 20px 0; }
  .swagger-ui .scheme-container { padding: 12px 0; }
  .swagger-ui .opblock-tag { padding: 12px 4px; }
  .swagger-ui .opblock .opblock-summary { padding: 6px; }
  .swagger-ui .opblock .opblock-summary-method { min-width: 62px; padding: 6px 0; }
  .swagger-ui .table-container, .swagger-ui .responses-inner { padding: 12px; }
  .swagger-ui table:is(.parameters, .responses-table) {
    &, > tbody, > tbody > tr, > tbody > tr > td { display: block; padding: 0; width: auto; }
    > thead { display: none; }
    > tbody > tr { padding-bottom: 20px; }
  }
  .swagger-ui :is(.parameter__name, .parameter__type, .parameter__in) { display: inline; margin-right: 8px; }
  .swagger-ui .parameters :is(input[type=text], select) { margin: 0; max-width: none; width: 100%; }
  .swagger-ui .modal-ux { min-width: 0; width: calc(100% - 24px); }
}
`;

export const theme = {
  title: 'Hotpath API',
  css: [{ filename: 'hotpath.css', content: STYLE }],
  favicon: [{ filename: 'favicon.svg', rel: 'icon', type: 'image/svg+xml', sizes: 'any', content: FAVICON }],
};

const HEAD_END = '</head>';

/** Without a viewport a phone shows the page as wide as a desktop's. @param page the HTML of the package, which names none. */
export const withViewport = (page: string): string =>
  page.replace(HEAD_END, `<meta name="viewport" content="width=device-width, initial-scale=1">\n${HEAD_END}`);
