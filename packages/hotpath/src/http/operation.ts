/** The names of an operation in the API document, made from its method and path. */

/** Path segments without the version: `/v1/users/:id` is `users`, `:id`. */
const segmentsOf = (url: string): string[] => url.split('/').filter((part) => part !== '' && !/^v\d+$/.test(part));

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `get`, `/v1/users/:id/orders` is `getUsersByIdOrders`: unique, because no two routes share both. */
export function operationId(verb: string, url: string): string {
  const words = segmentsOf(url).map((part) => (part.startsWith(':') ? `By${capital(part.slice(1))}` : capital(part)));
  return `${verb}${words.join('')}`;
}

/** The group of an operation: the first word of the path; `service` for a path without a version. */
export const tagOf = (url: string): string => (/^\/v\d+\//.test(url) ? segmentsOf(url)[0]! : 'service');

/** The last word of a path that is not a parameter: `readings`. */
export const subjectOf = (url: string): string => segmentsOf(url).findLast((part) => !part.startsWith(':')) ?? url;

/** `category` is `categories`, `stock day` is `stock days`, `hour of readings` is `hours of readings`. */
export function plural(name: string): string {
  const [head = '', ...tail] = name.split(/(?= of )/);
  return [/[^aeiou]y$/.test(head) ? `${head.slice(0, -1)}ies` : `${head}s`, ...tail].join('');
}
