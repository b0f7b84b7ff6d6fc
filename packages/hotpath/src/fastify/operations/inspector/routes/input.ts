/**
 * The input of the inspector's routes. They parse it here and not with the server's parser and validator, because those
 * belong to the service: they may convert nothing, use other schemas, or require a viewer.
 */
import type { FastifyInstance } from 'fastify';
import { requestError } from '../../../../http/errors.ts';

const MOST_BODY_BYTES = 64 * 1024;
const LONGEST_INPUT = 2000;

/** JSON alone, whatever the service parses. */
export function parseOwnBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'string', bodyLimit: MOST_BODY_BYTES } as const;
  app.addContentTypeParser('application/json', options, (_request, text, done) => {
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(requestError('invalidRequest', 'The body is not valid JSON.'));
    }
  });
}

/** Parameters, or the members of a body, read one by one. @throws 400 for one that has another form. */
export class Input {
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: unknown) {
    this.#given = Object(given) as Record<string, unknown>;
  }

  /** Undefined where it is not given, or empty. */
  text(name: string, pattern = /^/): string | undefined {
    const value = this.#given[name];
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' && value.length <= LONGEST_INPUT && pattern.test(value)) return value;
    throw requestError('invalidRequest', `\`${name}\` has another form.`);
  }

  number(name: string, { from, to }: { readonly from: number; readonly to: number }): number | undefined {
    const text = this.text(name, /^-?\d{1,15}(\.\d{1,3})?$/);
    if (text === undefined) return undefined;
    if (Number(text) >= from && Number(text) <= to) return Number(text);
    throw requestError('invalidRequest', `\`${name}\` must be from ${from} to ${to}.`);
  }

  isOn(name: string): boolean {
    const value = this.#given[name];
    return value === true || value === 'true';
  }

  texts(name: string, pattern: RegExp): string[] {
    const value = this.#given[name];
    const isList = Array.isArray(value) && value.length <= LONGEST_INPUT;
    if (isList && value.every((each) => typeof each === 'string' && pattern.test(each))) return value;
    throw requestError('invalidRequest', `\`${name}\` must be a list.`);
  }
}
