/** JSON as it is written: bytes in a buffer that grows. */

const FIRST_SIZE = 16_384;
const QUOTE = 0x22;
const HEX = Buffer.from('0123456789abcdef');

/** Longer runs are copied by Node.js, shorter ones in a loop. */
const SHORT = 48;
/** Texts up to this size are looked through and copied in one loop. */
const LONG = 128;

/** For each byte what stands behind the backslash that escapes it: 0 for none, 1 for the form with four digits. */
const ESCAPES = escapes();

function escapes(): Uint8Array {
  const table = new Uint8Array(256).fill(1, 0, 0x20);
  for (const [byte, letter] of Object.entries({ 8: 'b', 9: 't', 10: 'n', 12: 'f', 13: 'r', 34: '"', 92: '\\' }))
    table[Number(byte)] = letter.charCodeAt(0);
  return table;
}

/** A buffer of bytes, written one after another. A writer must reserve room first. */
export class JsonBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);
  length = 0;

  /** Makes room for more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  /** Bytes that are JSON already. */
  raw(source: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    this.#copy(source, start, end);
  }

  #copy(source: Uint8Array, start: number, end: number): void {
    if (end - start > SHORT) {
      (source as Buffer).copy(this.bytes, this.length, start, end);
      this.length += end - start;
      return;
    }
    const { bytes } = this;
    let { length } = this;
    for (let at = start; at < end; at += 1) bytes[length++] = source[at]!;
    this.length = length;
  }

  /** UTF-8 as a string, with the escapes of PostgreSQL and of `JSON.stringify`. */
  text(source: Uint8Array, start: number, end: number): void {
    this.reserve((end - start) * 6 + 2);
    this.bytes[this.length++] = QUOTE;
    if (end - start > LONG) this.#longText(source, start, end);
    else this.#shortText(source, start, end);
    this.bytes[this.length++] = QUOTE;
  }

  #shortText(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let { length } = this;
    for (let at = start; at < end; at += 1) {
      const byte = source[at]!;
      if (ESCAPES[byte] === 0) {
        bytes[length++] = byte;
        continue;
      }
      this.length = length;
      this.#escape(byte);
      length = this.length;
    }
    this.length = length;
  }

  #longText(source: Uint8Array, start: number, end: number): void {
    let from = start;
    for (let at = start; at < end; at += 1) {
      if (ESCAPES[source[at]!] === 0) continue;
      this.#copy(source, from, at);
      this.#escape(source[at]!);
      from = at + 1;
    }
    this.#copy(source, from, end);
  }

  #escape(byte: number): void {
    const letter = ESCAPES[byte]!;
    this.bytes[this.length++] = 0x5c;
    if (letter !== 1) {
      this.bytes[this.length++] = letter;
      return;
    }
    this.ascii('u00');
    this.bytes[this.length++] = HEX[byte >> 4]!;
    this.bytes[this.length++] = HEX[byte & 15]!;
  }

  /** A string of ASCII, as it is. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let { length } = this;
    for (let at = 0; at < text.length; at += 1) bytes[length++] = text.charCodeAt(at);
    this.length = length;
  }

  /** A whole number from 0 to 2^53. */
  digits(value: number): void {
    this.reserve(17);
    const { bytes, length } = this;
    let width = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) width += 1;
    let rest = value;
    for (let at = length + width - 1; at >= length; at -= 1) {
      const next = Math.floor(rest / 10);
      bytes[at] = 0x30 + (rest - next * 10);
      rest = next;
    }
    this.length = length + width;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** The bytes from a position on, as a string. */
  toText(start = 0): string {
    return this.bytes.toString('utf8', start, this.length);
  }
}
