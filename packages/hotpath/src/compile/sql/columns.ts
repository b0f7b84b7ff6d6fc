/** The columns of one SELECT, or the fields of one record: expressions, each once, counted from 0. */
export class Columns {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #first: number;

  /** @param first the number of the first column: that of the columns before these. */
  constructor(first = 0) {
    this.#first = first;
  }

  /** Those before these are counted. */
  get count(): number {
    return this.#first + this.texts.length;
  }

  /** @returns the number of the column that holds the expression. */
  add(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.count;
      this.texts.push(text);
      this.#numbers.set(text, number);
    }
    return number;
  }
}
