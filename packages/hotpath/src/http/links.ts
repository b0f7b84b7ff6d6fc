/** URIs in headers: `Link` (RFC 8288) and `Location`. A value of a column cannot end the header, or the path. */

/** A path with inserted values, each one part of the path: uri`/v1/tags/${'a/b'}` is `/v1/tags/a%2Fb`. */
export function uri(texts: TemplateStringsArray, ...values: (string | number | bigint)[]): string {
  return String.raw({ raw: texts }, ...values.map((value) => encodeURIComponent(String(value).toWellFormed())));
}

const NOT_OF_A_URI = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;

/** A URI for a header: characters that no URI has are percent-encoded, the others stay. */
export const headerUri = (text: string): string => text.toWellFormed().replace(NOT_OF_A_URI, encodeURIComponent);

/** The link to the next page, as a reference relative to the host. A value of the query may have question marks. */
export function nextLink(url: string, cursor: string): string {
  const path = url.split('?', 1)[0]!;
  const parameters = new URLSearchParams(url.slice(path.length + 1));
  parameters.set('after', cursor);
  return `<${headerUri(path)}?${parameters}>; rel="next"`;
}
