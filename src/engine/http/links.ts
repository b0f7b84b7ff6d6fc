/** The `Link` header (RFC 8288): where the next page is, as a reference relative to the host. */
export function nextLink(url: string, cursor: string): string {
  const [path, query = ''] = url.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('after', cursor);
  return `<${path}?${parameters}>; rel="next"`;
}
