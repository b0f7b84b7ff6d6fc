/** A piece of text that people read. */
export interface Passage {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Without code, quoted words, targets of links and emphasis. */
export const plainText = (text: string): string =>
  text
    .replaceAll(/`[^`]*`/g, '`code`')
    .replaceAll(/"[^"]*"/g, '"quoted"')
    .replaceAll(/\]\([^)]*\)/g, '')
    .replaceAll(/[[*]/g, '')
    .trim();
