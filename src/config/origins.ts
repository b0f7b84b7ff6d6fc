/** `CORS_ORIGINS`: the origins as browsers send them. The service compares them whole, so any other spelling never matches. */

/** The fault of the list, as a sentence. */
export function originsComplaint(origins: string): string | undefined {
  const wrong = origins.split(',').find((origin) => origin !== '*' && !isOrigin(origin));
  if (wrong === undefined) return undefined;
  return `CORS_ORIGINS names "${wrong}", but a browser never sends it: an origin is scheme, host in lower case and, if it is not the usual one, port.`;
}

/** A browser sends no asterisk: `https://*.app.example` allows no origin. */
const isOrigin = (text: string): boolean => !text.includes('*') && URL.parse(text)?.origin === text;
