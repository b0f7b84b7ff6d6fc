/**
 * The secrets of the environment, and a redactor that takes them out of a text. Whatever leaves the process as text for
 * people (its log, standard error) goes through it, so that no message of a library can carry a secret out, wherever the
 * library put it.
 */
import { parsedUrl, urlComplaint } from 'hotpath/database';

/** Takes the secrets out of a text, whether it is plain or written as JSON. */
export type Redact = (text: string) => string;

/** Names of variables that hold a secret, or a URL or headers with one. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|_URL$|ENDPOINT$|_HEADERS$/;
/** A shorter text stands in too many words, and tells little. */
const SHORTEST = 5;
const REDACTED = '[redacted]';

export function createRedactor(from: Readonly<Record<string, string | undefined>>): Redact {
  const secrets = new Set(Object.entries(from).flatMap(([name, value]) => (value ? secretsIn(name, value) : [])));
  const texts = [...secrets].flatMap(spellings).filter((text) => text.length >= SHORTEST);
  // The longest first, so that no part of it is left where a shorter one is its part.
  const sorted = [...new Set(texts)].sort((one, other) => other.length - one.length);
  return (text) =>
    sorted.reduce((rest, secret) => (rest.includes(secret) ? rest.replaceAll(secret, REDACTED) : rest), text);
}

/** A URL with a user may stand in a variable of whatever name, a misspelt one too. */
const WITH_USER = /:\/\/.*@/s;

function secretsIn(name: string, value: string): string[] {
  if (!SECRET_NAME.test(name) && !WITH_USER.test(value)) return [];
  if (name.endsWith('_HEADERS')) return value.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  if (!/_URL$|ENDPOINT$/.test(name) && !WITH_USER.test(value)) return [value];
  return urlComplaint(name, value) || !STARTS_AS_URL.test(value) ? piecesOf(value) : secretsOfUrl(value);
}

/** Of a URL that can be read: its password, and what its parameters say. */
function secretsOfUrl(text: string): string[] {
  const { username, password, searchParams } = parsedUrl(text)!;
  const values = [...searchParams].filter(([key]) => /pass|secret|token|key/i.test(key)).map(([, value]) => value);
  // A value with an & or a # in it, not encoded, ends early.
  const parameters = values.length > 0 ? [...values, ...piecesOf(text.slice(text.indexOf('?')))] : [];
  // A password without the colon before it has become the user.
  const user = password === '' && !/^[a-z_-]*$/.test(username) ? [username] : [];
  const isNamedElsewhere = text.replace(`:${password}@`, '@').includes(password);
  return [...user, ...(isNamedElsewhere ? [] : [password]), ...parameters];
}

const STARTS_AS_URL = /^(postgres(ql)?|rediss?|smtps?|https?):\/\//;
/** What sentences on URLs are made of. */
const PUBLIC_WORDS = ['postgresql', 'rediss', 'smtps', 'https', 'localhost'];

/** Of a URL that cannot be read: any part of it may be of the password. */
function piecesOf(text: string): string[] {
  const pieces = [text, ...text.split(/[\s:/?#@&=]+/), ...text.split(/[^\p{L}\p{N}]+/u)];
  return pieces.filter((piece) => !PUBLIC_WORDS.some((word) => word.includes(piece)));
}

/** As it is, decoded, encoded, and each of these as in JSON. */
function spellings(secret: string): string[] {
  const plain = [secret, decoded(secret)];
  const encoded = plain
    .map((text) => text.toWellFormed())
    .flatMap((text) => [encodeURIComponent(text), encodeURI(text)]);
  return [...plain, ...encoded].flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
