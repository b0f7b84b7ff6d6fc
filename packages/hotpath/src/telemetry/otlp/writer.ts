/**
 * A writer of Protocol Buffers, from the end to the beginning. The length of a message stands before it and is known once
 * the message is written, so nothing is measured beforehand and nothing is moved afterwards. The caller writes the last part
 * first: the fields of a message, then the message's own length and number.
 */

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH = 2;
const FIXED_32 = 5;

/** The most that a number takes, whether a length, a field's number with its type, or a value. */
const VARINT_BYTES = 10;
/** The most bytes of a UTF-16 code unit in UTF-8. */
const UNIT_BYTES = 3;
/** Shorter texts are copied here; for longer ones the way to Node.js's own copy is worth it. */
const SHORT = 48;

export class Writer {
  #bytes: Buffer;
  /** Where what is written begins. */
  #at: number;

  /** @param size of the buffer to begin with; it grows. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
    this.#at = size;
  }

  /** How many bytes are written: before a message, where it will end. */
  get written(): number {
    return this.#bytes.length - this.#at;
  }

  /** The written bytes. The caller must not write after it. */
  finish(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }

  /** Makes what is written since a message with this number in its own. @param end `written` before its last field. */
  message(field: number, end: number): void {
    this.#reserve(2 * VARINT_BYTES);
    this.#number(this.written - end);
    this.#tag(field, LENGTH);
  }

  text(field: number, text: string): void {
    const end = this.written;
    this.#reserve(text.length * UNIT_BYTES + 2 * VARINT_BYTES);
    if (text.length > SHORT || !this.#copy(text)) {
      this.#at -= Buffer.byteLength(text);
      this.#bytes.write(text, this.#at);
    }
    this.#number(this.written - end);
    this.#tag(field, LENGTH);
  }

  /** Fields that another writer has written. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }

  bytes(field: number, bytes: Uint8Array): void {
    this.raw(bytes);
    this.#reserve(2 * VARINT_BYTES);
    this.#number(bytes.length);
    this.#tag(field, LENGTH);
  }

  /** @param digits hexadecimal, in small letters, two a byte. */
  hex(field: number, digits: string): void {
    this.#reserve(digits.length + 2 * VARINT_BYTES);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = digits.length; index > 0; index -= 2) {
      bytes[--at] = NIBBLES[digits.charCodeAt(index - 2)]! * 16 + NIBBLES[digits.charCodeAt(index - 1)]!;
    }
    this.#at = at;
    this.#number(digits.length / 2);
    this.#tag(field, LENGTH);
  }

  /** A whole number of at most 64 bits, with its sign. */
  integer(field: number, value: number): void {
    this.#reserve(2 * VARINT_BYTES);
    if (value < 0) this.#negative(value);
    else this.#number(value);
    this.#tag(field, VARINT);
  }

  double(field: number, value: number): void {
    this.#reserve(8 + VARINT_BYTES);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#tag(field, FIXED_64);
  }

  fixed32(field: number, value: number): void {
    this.#reserve(4 + VARINT_BYTES);
    this.#word(value);
    this.#tag(field, FIXED_32);
  }

  /** Nanoseconds in 64 bits, which no number can hold. @param microseconds whole ones. */
  nanoseconds(field: number, microseconds: number): void {
    this.#reserve(8 + VARINT_BYTES);
    const low = (microseconds % WORD) * 1000;
    this.#word(Math.floor(microseconds / WORD) * 1000 + Math.floor(low / WORD));
    this.#word(low);
    this.#tag(field, FIXED_64);
  }

  #tag(field: number, type: number): void {
    this.#number(field * 8 + type);
  }

  #number(value: number): void {
    if (value < 128) {
      this.#bytes[--this.#at] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
    this.#at -= size;
    for (let rest = value, at = this.#at; size > 0; size -= 1, rest = Math.floor(rest / 128)) {
      this.#bytes[at++] = (rest % 128) + (size > 1 ? 128 : 0);
    }
  }

  /** As its complement of 64 bits, which takes ten bytes. */
  #negative(value: number): void {
    const complement = BigInt.asUintN(64, BigInt(value));
    for (let group = VARINT_BYTES - 1; group >= 0; group -= 1) {
      const bits = Number((complement >> BigInt(7 * group)) & 127n);
      this.#bytes[--this.#at] = group === VARINT_BYTES - 1 ? bits : bits + 128;
    }
  }

  /** The lower 32 bits. */
  #word(value: number): void {
    const bits = value >>> 0;
    this.#at -= 4;
    this.#bytes[this.#at] = bits;
    this.#bytes[this.#at + 1] = bits >>> 8;
    this.#bytes[this.#at + 2] = bits >>> 16;
    this.#bytes[this.#at + 3] = bits >>> 24;
  }

  /** @returns whether it could: whether all of it is ASCII. Where it is not, nothing is written. */
  #copy(text: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = text.length - 1; index >= 0; index -= 1) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      bytes[--at] = code;
    }
    this.#at = at;
    return true;
  }

  #reserve(bytes: number): void {
    if (this.#at >= bytes) return;
    const { written } = this;
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length + bytes);
    larger.set(this.finish(), larger.length - written);
    this.#bytes = larger;
    this.#at = larger.length - written;
  }
}

const WORD = 2 ** 32;

/** The values of the hexadecimal digits, by their codes. */
const NIBBLES = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) NIBBLES[digit.charCodeAt(0)] = value;
