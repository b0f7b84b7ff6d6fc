/**
 * URLs of servers, with users and passwords: the fault of a URL, in a sentence that repeats no part of it. A misspelt
 * URL may have its password anywhere.
 */

/** Parses a URL as `pg` does, which takes a URL without a host for a socket: `postgresql://user@/db?host=/run/postgresql`. */
export const parsedUrl = (text: string): URL | null => URL.parse(text) ?? URL.parse(text.replace('@/', '@socket/'));

const ENCODE =
  'percent-encode special characters in its user and its password (@ is %40, # is %23, / is %2F, % is %25)';

/** The fault of the URL in a variable. */
export function urlComplaint(name: string, text: string): string | undefined {
  const url = parsedUrl(text);
  if (!url) return `${name} cannot be read as a URL: ${ENCODE}.`;
  // A password with one of these, not encoded, ends the part of the URL that contains user and password.
  if (url.hash || text.includes('#')) return `${name} has a # in it: ${ENCODE}.`;
  if (/[@\s]/.test(url.pathname + url.search)) return `${name} has an @ or a blank after its host: ${ENCODE}.`;
  if (!isDecodable(url)) return `${name} has a % without two hexadecimal digits: ${ENCODE}.`;
  return undefined;
}

function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
