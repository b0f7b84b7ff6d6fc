/** Compares two JSON documents; the order of the members of an object does not count. */

/** A field with two values. */
export interface FieldDifference {
  /** `status`, `header vary`, or a path within the body: `body.items[3].price`. */
  readonly field: string;
  /** The value of the other service, or of the recording, as JSON; undefined if it is missing. */
  readonly beside: string | undefined;
  /** The value of the service that is tested. */
  readonly against: string | undefined;
}

/** A JSON number that JavaScript would round, by its digits. */
class LongNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  /** Not equal to a string of these digits. */
  toJSON(): string {
    return `the number ${this.digits}`;
  }
}

/** TypeScript's own declaration has no third parameter of the reviver, which has the text of a number. */
const parseWithSource = JSON.parse as (
  text: string,
  revive: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** A JSON value, whose long numbers are kept to the last digit. @throws {SyntaxError} for another text. */
export const parseExactly = (text: string): unknown =>
  parseWithSource(text, (_name, value, { source }) => {
    if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
    return source.replace(/[-.]|e.*$/gi, '').length <= EXACT_DIGITS ? value : new LongNumber(source);
  });

/** Every decimal number of this length survives as a number of JavaScript. */
const EXACT_DIGITS = 15;
/** A place in two documents. */
interface Place {
  readonly field: string;
  readonly beside: unknown;
  readonly against: unknown;
}

/** @param most the number of differences after which the comparison ends. */
export function compareJson(place: Place, most = Number.POSITIVE_INFINITY): FieldDifference[] {
  const comparison = new JsonComparison(most);
  comparison.compare(place);
  return comparison.found;
}

type Members = Readonly<Record<string, unknown>>;

class JsonComparison {
  readonly found: FieldDifference[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  compare({ field, beside, against }: Place): void {
    if (this.found.length >= this.#most || Object.is(beside, against)) return;
    if (Array.isArray(beside) && Array.isArray(against)) this.#compareArrays(field, beside, against);
    else if (isObject(beside) && isObject(against)) this.#compareObjects(field, beside, against);
    else if (shownJson(beside) !== shownJson(against))
      this.found.push({ field, beside: shownJson(beside), against: shownJson(against) });
  }

  #compareArrays(field: string, beside: readonly unknown[], against: readonly unknown[]): void {
    if (beside.length !== against.length) {
      this.found.push({ field: `${field}.length`, beside: String(beside.length), against: String(against.length) });
    }
    const shared = Math.min(beside.length, against.length);
    for (let index = 0; index < shared; index += 1) {
      const before = this.found.length;
      this.compare({ field: `${field}[${index}]`, beside: beside[index], against: against[index] });
      // In an array with one more element, all later ones have moved.
      if (beside.length !== against.length && this.found.length > before) return;
    }
  }

  #compareObjects(field: string, beside: Members, against: Members): void {
    for (const name of new Set([...Object.keys(beside), ...Object.keys(against)])) {
      const own = /^[A-Za-z_$][\w$]*$/.test(name) ? `${field}.${name}` : `${field}[${JSON.stringify(name)}]`;
      this.compare({ field: own, beside: member(beside, name), against: member(against, name) });
    }
  }
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LongNumber);

const member = (object: Members, name: string): unknown => (Object.hasOwn(object, name) ? object[name] : undefined);

const shownJson = (value: unknown): string | undefined => JSON.stringify(value);
