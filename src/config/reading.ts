/**
 * Turns the environment's texts into values, and describes invalid ones. Variables of OpenTelemetry follow its specification:
 * the service warns of an invalid value and ignores it, and accepts choices in upper case.
 */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Value } from 'typebox/value';
import { pairsIn } from './telemetry.ts';
import { type VariableSchema, type Variables, variables, wanted } from './variables.ts';

export interface GivenValues {
  /** The values of the variables that are set, by name. They are unchecked, except OpenTelemetry's. */
  readonly values: Readonly<Record<string, string | number>>;
  /** A sentence for each ignored variable. */
  readonly warnings: readonly string[];
}

export function readValues(from: Readonly<Record<string, string | undefined>>): GivenValues {
  const names = Object.keys(variables.properties).filter((name) => from[name]);
  const values = Object.fromEntries(names.map((name) => [name, read(name, from[name]!)]));
  const ignored = names.filter((name) => isOpenTelemetrys(name) && !fits(name, values[name]!));
  const warnings = ignored.map((name) => `${misfitSentence(name, from[name]!)} It is ignored.`);
  for (const name of ignored) delete values[name];
  return { values, warnings };
}

const schemaOf = (name: string): VariableSchema => variables.properties[name as keyof Variables] as VariableSchema;

const isOpenTelemetrys = (name: string): boolean => name.startsWith('OTEL_');

function read(name: string, text: string): string | number {
  const { type, enum: choices } = schemaOf(name);
  if (type === 'integer' && /^\d+$/.test(text)) return Number(text);
  return choices && isOpenTelemetrys(name) ? text.toLowerCase() : text;
}

function fits(name: string, value: string | number): boolean {
  if (!Value.Check(variables.properties[name as keyof Variables], value)) return false;
  if (name.endsWith('_ENDPOINT')) return URL.canParse(String(value));
  if (!schemaOf(name).isPairs) return true;
  return name.endsWith('_HEADERS')
    ? isSound(() => mustBeHeaders(String(value)))
    : isSound(() => pairsIn(String(value)));
}

/** @throws for a header that Node.js would refuse to send, with every export. */
function mustBeHeaders(text: string): void {
  for (const [name, value] of Object.entries(pairsIn(text))) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
}

function isSound(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

const LONGEST_SHOWN = 200;

/** The sentence shows no secret and no URL: in a misspelt URL the password may be anywhere. */
export function misfitSentence(name: string, got: string): string {
  const schema = schemaOf(name);
  const isShown = !schema.secret && got.length <= LONGEST_SHOWN;
  return `${name} is ${isShown ? `"${got}"` : `${got.length} characters long`}, but must be ${wanted(schema)}.`;
}
