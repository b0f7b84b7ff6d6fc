/** The secrets that an inspector never keeps: tokens, cookies, keys and passwords, in any part of a request. */

export const HIDDEN = '[hidden]';

const SECRET_HEADER = /auth|cookie|token|secret|password|session|api-?key|signature|credential/i;
/** Names that sound like secrets and are none. */
const HARMLESS_HEADERS = new Set(['consistency-token', 'www-authenticate', 'access-control-allow-credentials']);
/** Whole names, and endings of longer ones: `token` and `access_token`, but not `keyword`. */
const SECRET_NAME =
  '(?:sig|key|auth|code|otp|jwt|session|authorization|[^=&]*(?:token|secret|password|passwd|signature|credentials?|(?:api|access)[_-]?key|session[_-]?id))';
const SECRET_PARAMETER = new RegExp(`([?&]${SECRET_NAME}=)[^&#\\s]*`, 'gi');

export type KeptHeaders = Readonly<Record<string, string>>;

/** A copy of headers without secrets. */
export function withoutSecrets(headers: Readonly<Record<string, unknown>>): KeptHeaders {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    kept[name] = isSecretHeader(name) ? HIDDEN : [value].flat().join(', ');
  }
  return kept;
}

/** @param name in lower case. */
export const isSecretHeader = (name: string): boolean => SECRET_HEADER.test(name) && !HARMLESS_HEADERS.has(name);

/** A URL whose parameters hold no secret. */
export function urlWithoutSecrets(url: string): string {
  return url.includes('?') ? url.replace(SECRET_PARAMETER, `$1${HIDDEN}`) : url;
}

const IDENTIFIER = /^(?:\*|\d+|true|false|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/i;

/** A tag without the value of its collection, unless that is an id: `user?email=…`, but `product?categoryId=7`. */
export function tagWithoutValue(tag: string): string {
  const at = tag.indexOf('=');
  return at === -1 || IDENTIFIER.test(tag.slice(at + 1)) ? tag : `${tag.slice(0, at)}=…`;
}
