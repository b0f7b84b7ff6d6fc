/** The secrets that an inspector never keeps: tokens, cookies, keys and passwords, in any part of a request. */
import querystring from 'node:querystring';

export const HIDDEN = '[hidden]';

const SECRET_HEADER = /auth|cookie|token|secret|password|session|api-?key|signature|credential/i;
/** Names that sound like secrets and are none. */
const HARMLESS_HEADERS = new Set(['consistency-token', 'www-authenticate', 'access-control-allow-credentials']);
const URL_HEADERS = new Set(['referer', 'location', 'content-location', 'link']);
/** Names of parameters of a query, `key` but not `keyword`; and endings of names: `token` and `access_token`. */
const SECRET_NAME = /^(?:sig|key|auth|code|otp|jwt|session|authorization)$/i;
const SECRET_ENDING = /(?:token|secret|password|passwd|signature|credentials?|(?:api|access)[_-]?key|session[_-]?id)$/i;

const QUERY_OR_FRAGMENT = /[?#]/;

export type KeptHeaders = Readonly<Record<string, string>>;

/** A copy of headers without secrets. */
export function withoutSecrets(headers: Readonly<Record<string, unknown>>): KeptHeaders {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    kept[name] = isSecretHeader(name) ? HIDDEN : headerWithoutSecrets(name, [value].flat().join(', '));
  }
  return kept;
}

/** The value of a header whose name is harmless: a URL in it may carry a secret. @param name in lower case. */
export const headerWithoutSecrets = (name: string, value: string): string =>
  URL_HEADERS.has(name) ? urlWithoutSecrets(value) : value;

/** @param name in lower case. */
export const isSecretHeader = (name: string): boolean => SECRET_HEADER.test(name) && !HARMLESS_HEADERS.has(name);

/**
 * A URL whose parameters hold no secret. A line break ends the URL, so that a key of the cache may follow.
 * It runs for every request, so its time grows with the length of the URL and no faster.
 */
export function urlWithoutSecrets(url: string): string {
  const start = url.search(QUERY_OR_FRAGMENT) + 1;
  if (start === 0) return url;
  const parts = url.slice(start).split(/([&#\n])/);
  return url.slice(0, start) + parts.map(parameterWithoutSecret).join('');
}

/** The value may be a URL with parameters of its own: `next=/files?token=abc`. */
function parameterWithoutSecret(parameter: string): string {
  const parts = parameter.split('?');
  const at = parts.findIndex(isSecretPart);
  if (at === -1) return parameter;
  const secret = parts[at]!;
  return [...parts.slice(0, at), `${secret.slice(0, secret.indexOf('=') + 1)}${HIDDEN}`].join('?');
}

function isSecretPart(part: string): boolean {
  const end = part.indexOf('=');
  return end !== -1 && isSecretParameter(asciiOf(part.slice(0, end)));
}

/** The names of secrets are ASCII. `decodeURIComponent` would throw for each malformed name, which is slow. */
const asciiOf = (name: string): string =>
  name.replace(/%([0-7][\da-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** By any word of its name: `token`, `token[in]`, `user[password]`. */
const isSecretParameter = (name: string): boolean =>
  name.split(/[[\]]/).some((word) => SECRET_NAME.test(word) || SECRET_ENDING.test(word));

/** A request as the router read it. */
export interface RoutedUrl {
  /** As the client sent it. */
  readonly url: string;
  /** The pattern of the route; empty for a path without a route. */
  readonly route: string;
  /** The parameters of the path. */
  readonly parameters: unknown;
}

/** The URL without the secrets of its path and of its query: `/invitations/[hidden]` for the route `/invitations/:token`. */
export function requestWithoutSecrets({ url, ...routed }: RoutedUrl): { readonly url: string; readonly path: string } {
  const sent = pathIn(url);
  const path = pathWithoutSecrets(sent, routed);
  return { url: path + urlWithoutSecrets(url.slice(sent.length)), path };
}

/** The path of a URL, where the router stops reading. */
export function pathIn(url: string): string {
  const end = url.search(QUERY_OR_FRAGMENT);
  return end === -1 ? url : url.slice(0, end);
}

/** The pattern of the route replaces the path if a secret is not found in it, because a schema has changed the value. */
function pathWithoutSecrets(path: string, { route, parameters }: Omit<RoutedUrl, 'url'>): string {
  const secrets = secretsIn(Object(parameters));
  if (secrets.length === 0) return path;
  const fixed = new Set(route.split('/'));
  const segments = path.split('/').map((text) => ({ text, value: fixed.has(text) ? '' : querystring.unescape(text) }));
  const isFound = (secret: string) => segments.some(({ value }) => value.includes(secret));
  if (!secrets.every(isFound)) return route;
  const holdsSecret = (value: string) => secrets.some((secret) => value.includes(secret));
  return segments.map(({ text, value }) => (holdsSecret(value) ? HIDDEN : text)).join('/');
}

/** A `:code` or a `:key` in a path names a row as a rule, as of a country or of a setting. */
function secretsIn(parameters: Readonly<Record<string, unknown>>): string[] {
  const names = Object.keys(parameters).filter((name) => SECRET_ENDING.test(name));
  return names.map((name) => String(parameters[name] ?? '')).filter((text) => text !== '');
}

const IDENTIFIER = /^(?:\*|\d+|true|false|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** A tag without the value of its collection, unless that is an id: `user?email=…`, but `product?categoryId=7`. */
export function tagWithoutValue(tag: string): string {
  const at = tag.indexOf('=');
  return at === -1 || IDENTIFIER.test(tag.slice(at + 1)) ? tag : `${tag.slice(0, at)}=…`;
}
