import { CommandError } from './command.ts';

/** The number of an option, from 1 to `most`. @throws {CommandError} for any other text. */
export function wholeNumber(option: string, text: string, most: number): number {
  const number = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= most) return number;
  throw new CommandError(`${option} must be a whole number from 1 to ${most}.`);
}
