/**
 * The secrets of the environment, and a redactor that removes them from a text. All text that leaves the process for people
 * (its log, standard error) passes the redactor. So no message of any library can reveal a secret.
 */
import { parsedUrl, urlComplaint } from 'hotpath/database';

/** Removes the secrets from a text, in plain form and as JSON. */
export type Redact = (text: string) => string;

/** Names of variables that hold a secret, or a URL or headers with one. */
const SECRET_NAME = /SECRET|TOKEN|PASSWORD|_URLS?$|ENDPOINT$|_HEADERS$/;
/** A shorter secret would match parts of too many words. */
const SHORTEST = 5;
const REDACTED = '[redacted]';

export function createRedactor(from: Readonly<Record<string, string | undefined>>): Redact {
  const secrets = new Set(Object.entries(from).flatMap(([name, value]) => (value ? secretsIn(name, value) : [])));
  const texts = [...secrets].flatMap(spellings).filter((text) => text.length >= SHORTEST);
  // The longest secret comes first: a shorter one may be a part of it.
  const sorted = [...new Set(texts)].sort((one, other) => other.length - one.length);
  return (text) =>
    sorted.reduce((rest, secret) => (rest.includes(secret) ? rest.replaceAll(secret, REDACTED) : rest), text);
}

/** Any variable may hold a URL with a user, also a misspelt one. */
const WITH_USER = /:\/\/.*@/s;

function secretsIn(name: string, value: string): string[] {
  if (!SECRET_NAME.test(name) && !WITH_USER.test(value)) return [];
  if (name.endsWith('_HEADERS')) return value.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  if (name.endsWith('_URLS')) return value.split(',').flatMap((url) => secretsIn(name.slice(0, -1), url));
  if (!/_URL$|ENDPOINT$/.test(name) && !WITH_USER.test(value)) return [value];
  return urlComplaint(name, value) || !STARTS_AS_URL.test(value) ? piecesOf(value) : secretsOfUrl(value);
}

/** Of a valid URL: its password and the values of its parameters. */
function secretsOfUrl(text: string): string[] {
  const { username, password, searchParams } = parsedUrl(text)!;
  const values = [...searchParams].filter(([key]) => /pass|secret|token|key/i.test(key)).map(([, value]) => value);
  // An unencoded & or # in a value ends the value early.
  const parameters = values.length > 0 ? [...values, ...piecesOf(text.slice(text.indexOf('?')))] : [];
  // Without the colon, the URL parser takes the password for the user.
  const user = password === '' && !/^[a-z_-]*$/.test(username) ? [username] : [];
  const isNamedElsewhere = text.replace(`:${password}@`, '@').includes(password);
  return [...user, ...(isNamedElsewhere ? [] : [password]), ...parameters];
}

const STARTS_AS_URL = /^(postgres(ql)?|rediss?|smtps?|https?):\/\//;
/** Words that sentences about URLs contain. */
const PUBLIC_WORDS = ['postgresql', 'rediss', 'smtps', 'https', 'localhost'];

/** Of an invalid URL: each part, since any part may contain the password. */
function piecesOf(text: string): string[] {
  const pieces = [text, ...text.split(/[\s:/?#@&=]+/), ...text.split(/[^\p{L}\p{N}]+/u)];
  return pieces.filter((piece) => !PUBLIC_WORDS.some((word) => word.includes(piece)));
}

/** The secret as it is, decoded and encoded, each also as JSON. */
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
