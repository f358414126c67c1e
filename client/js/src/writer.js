/**
 * Writes MessagePack in the one form that this protocol knows: whole numbers as the smallest integer,
 * everything else in its shortest form, floats always in 64 bits. Which of its methods is called decides the
 * type, never the value: in JavaScript, 1 and 1.0 are the same.
 *
 * @module
 */

const TEXT = new TextEncoder();

export class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** How many bytes there are. */
  get length() {
    return this.#at;
  }

  /** Begins anew. */
  clear() {
    this.#at = 0;
    return this;
  }

  /** A copy of what was written. */
  bytes() {
    return this.#bytes.slice(0, this.#at);
  }

  /** What was written, until something else is. */
  peek() {
    return this.#bytes.subarray(0, this.#at);
  }

  nil() {
    this.#byte(0xc0);
  }

  /** @param {boolean} value */
  bool(value) {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** @param {number} value */
  float(value) {
    const at = this.#room(9);
    this.#bytes[at] = 0xcb;
    this.#view.setFloat64(at + 1, value);
  }

  /**
   * @param {number | bigint} value a safe integer, or a BigInt of 64 bits: signed or not
   * @returns {void}
   */
  int(value) {
    if (typeof value === "bigint") return this.#big(value);
    if (value >= 0 ? value <= 0x7f : value >= -0x20) return this.#byte(value & 0xff);
    if (value > 0xffffffff || value < -0x80000000) return this.#big(BigInt(value));
    if (value >= 0 ? value <= 0xff : value >= -0x80) this.#fixed(value < 0 ? 0xd0 : 0xcc, value, 1);
    else if (value >= 0 ? value <= 0xffff : value >= -0x8000) this.#fixed(value < 0 ? 0xd1 : 0xcd, value, 2);
    else this.#fixed(value < 0 ? 0xd2 : 0xce, value, 4);
  }

  /** @param {string} value without lone surrogates: those are replaced */
  text(value) {
    const bytes = TEXT.encode(value);
    const { length } = bytes;
    if (length < 32) this.#byte(0xa0 | length);
    else this.#header(length, 0xd9, 0xda, 0xdb);
    this.raw(bytes);
  }

  /** @param {Uint8Array} value */
  binary(value) {
    this.#header(value.length, 0xc4, 0xc5, 0xc6);
    this.raw(value);
  }

  /** @param {number} length its items follow */
  array(length) {
    if (length < 16) this.#byte(0x90 | length);
    else this.#header(length, 0, 0xdc, 0xdd);
  }

  /** @param {number} length its keys and values follow, in turn */
  map(length) {
    if (length < 16) this.#byte(0x80 | length);
    else this.#header(length, 0, 0xde, 0xdf);
  }

  /** @param {Uint8Array} bytes MessagePack already */
  raw(bytes) {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** @param {number} byte */
  #byte(byte) {
    const at = this.#room(1);
    this.#bytes[at] = byte;
  }

  /**
   * @param {number} length
   * @param {number} one the type's byte for a length of one byte; 0: there is none
   * @param {number} two
   * @param {number} four
   */
  #header(length, one, two, four) {
    if (one && length < 0x100) this.#fixed(one, length, 1);
    else if (length < 0x10000) this.#fixed(two, length, 2);
    else this.#fixed(four, length, 4);
  }

  /**
   * @param {number} code
   * @param {number} value its low bits are written
   * @param {1 | 2 | 4} size in bytes
   */
  #fixed(code, value, size) {
    const at = this.#room(1 + size);
    this.#bytes[at] = code;
    if (size === 1) this.#bytes[at + 1] = value;
    else if (size === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
  }

  /**
   * @param {bigint} value
   * @returns {void}
   */
  #big(value) {
    if (value >= -0x80000000n && value <= 0xffffffffn) return this.int(Number(value));
    const at = this.#room(9);
    this.#bytes[at] = value < 0n ? 0xd3 : 0xcf;
    this.#view.setBigUint64(at + 1, BigInt.asUintN(64, value));
  }

  /**
   * Takes so many bytes.
   * @param {number} size
   * @returns {number} where they begin
   */
  #room(size) {
    const at = this.#at;
    const end = at + size;
    if (end > this.#bytes.length) {
      const more = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      more.set(this.peek());
      this.#bytes = more;
      this.#view = new DataView(more.buffer);
    }
    this.#at = end;
    return at;
  }
}
