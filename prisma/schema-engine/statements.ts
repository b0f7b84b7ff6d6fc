/**
 * Splits a script into its statements by the rules of `psql` and of PostgreSQL's lexer.
 *
 *     splitStatements(`CREATE FUNCTION f() … AS $$ BEGIN a; b; END $$; -- one; two\nSELECT ';'`)
 *     // 'CREATE FUNCTION f() … AS $$ BEGIN a; b; END $$;' and ` -- one; two\nSELECT ';'`
 *
 * A semicolon ends no statement inside quotes, comments, parentheses (`CREATE RULE … DO (a; b)`) or the body of a
 * function that begins with `BEGIN ATOMIC`. Backslashes escape in `E''` alone: `standard_conforming_strings` is on.
 */

export interface ScriptStatement {
  /** The statement with its semicolon, and the comments and blanks before it. */
  readonly text: string;
  /** Where `text` begins in the script, in UTF-16 code units. */
  readonly start: number;
  /** Where the statement's first word begins in the script, after comments and blanks. */
  readonly first: number;
  /** The statement's first words in upper case, four at most: `['CREATE', 'INDEX', 'CONCURRENTLY', 'A']`. */
  readonly words: readonly string[];
}

/** A text without any statement has none: comments, blanks, lone semicolons. */
export function splitStatements(script: string): ScriptStatement[] {
  return new StatementSplitter(script).split();
}

const FIRST_WORDS = 4;
/** PostgreSQL treats the bytes of a character beyond ASCII as letters. */
const LETTER = 'A-Za-z_\\u0080-\\uffff';
const BLANK = /[ \t\n\r\f\v]+|--[^\n\r]*/y;
const WORD = new RegExp(`[${LETTER}][${LETTER}0-9$]*`, 'y');
const NUMBER = new RegExp(`[0-9][${LETTER}0-9]*`, 'y');
const DOLLAR_QUOTE = new RegExp(`\\$(?:[${LETTER}][${LETTER}0-9]*)?\\$`, 'y');
/** A literal continues in the next one after a line break, and keeps its kind. */
const CONTINUATION = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]+|--[^\n\r]*[\n\r])*'/y;
const ROUTINE = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/;

class StatementSplitter {
  readonly #script: string;
  readonly #statements: ScriptStatement[] = [];
  #at = 0;
  #start = 0;
  #first: number | undefined;
  #words: string[] = [];
  /** The last token, in upper case if it is a word. */
  #previous = '';
  #parentheses = 0;
  /** `BEGIN ATOMIC` and each `CASE` in it that waits for its `END`. */
  #blocks = 0;

  constructor(script: string) {
    this.#script = script;
  }

  split(): ScriptStatement[] {
    while (this.#at < this.#script.length) {
      if (this.#match(BLANK) || this.#skipComment()) continue;
      this.#readToken();
    }
    this.#end();
    return this.#statements;
  }

  #readToken(): void {
    const first = this.#at;
    if (this.#endsStatement()) {
      this.#end();
      return;
    }
    this.#first ??= first;
    const word = this.#skipQuoted() ? undefined : this.#match(WORD)?.toUpperCase();
    if (word) this.#heedWord(word);
    else if (this.#at === first && !this.#match(NUMBER)) this.#heedSign();
    this.#previous = word ?? this.#script.slice(this.#at - 1, this.#at);
  }

  #endsStatement(): boolean {
    if (this.#script[this.#at] !== ';' || this.#parentheses > 0 || this.#blocks > 0) return false;
    this.#at++;
    return true;
  }

  #end(): void {
    const [start, end] = [this.#start, this.#at];
    if (this.#first !== undefined) {
      this.#statements.push({
        text: this.#script.slice(start, end),
        start,
        first: this.#first,
        words: this.#words,
      });
    }
    this.#start = end;
    this.#first = undefined;
    this.#words = [];
    this.#previous = '';
    this.#parentheses = 0;
    this.#blocks = 0;
  }

  #heedSign(): void {
    const sign = this.#script[this.#at++];
    if (sign === '(') this.#parentheses++;
    if (sign === ')' && this.#parentheses > 0) this.#parentheses--;
  }

  #heedWord(word: string): void {
    if (this.#words.length < FIRST_WORDS) this.#words.push(word);
    if (this.#parentheses > 0 || /^(?:AS|\.)$/.test(this.#previous)) return;
    if (this.#blocks > 0) {
      if (word === 'CASE') this.#blocks++;
      if (word === 'END') this.#blocks--;
    } else if (word === 'ATOMIC' && this.#previous === 'BEGIN' && ROUTINE.test(this.#words.join(' '))) {
      this.#blocks = 1;
    }
  }

  /** Comments nest. */
  #skipComment(): boolean {
    if (!this.#script.startsWith('/*', this.#at)) return false;
    const marks = /\/\*|\*\//g;
    marks.lastIndex = this.#at;
    let depth = 0;
    for (let mark = marks.exec(this.#script); mark; mark = marks.exec(this.#script)) {
      depth += mark[0] === '/*' ? 1 : -1;
      if (depth === 0) break;
    }
    this.#at = depth === 0 ? marks.lastIndex : this.#script.length;
    return true;
  }

  #skipQuoted(): boolean {
    const sign = this.#script[this.#at];
    if (sign === "'" || sign === '"') this.#at = this.#afterQuote(sign, this.#at + 1);
    else if (/[eE]/.test(sign ?? '') && this.#script[this.#at + 1] === "'") this.#skipEscaped();
    else if (sign === '$') return this.#skipDollarQuoted();
    else return false;
    return true;
  }

  /** A doubled quote is part of the quoted text. */
  #afterQuote(quote: string, from: number): number {
    let at = this.#script.indexOf(quote, from);
    while (at >= 0 && this.#script[at + 1] === quote) at = this.#script.indexOf(quote, at + 2);
    return at < 0 ? this.#script.length : at + 1;
  }

  #skipEscaped(): void {
    const marks = /\\.|''|'/gs;
    marks.lastIndex = this.#at + 2;
    for (let mark = marks.exec(this.#script); mark; mark = marks.exec(this.#script)) {
      this.#at = marks.lastIndex;
      if (mark[0] !== "'") continue;
      if (!this.#match(CONTINUATION)) return;
      marks.lastIndex = this.#at;
    }
    this.#at = this.#script.length;
  }

  #skipDollarQuoted(): boolean {
    const tag = this.#match(DOLLAR_QUOTE);
    if (!tag) return false;
    const end = this.#script.indexOf(tag, this.#at);
    this.#at = end < 0 ? this.#script.length : end + tag.length;
    return true;
  }

  /** Reads the next token, and moves past it. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#script)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
