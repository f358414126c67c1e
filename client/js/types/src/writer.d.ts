export class Writer {
    /** How many bytes there are. */
    get length(): number;
    /** Begins anew. */
    clear(): this;
    /** A copy of what was written. */
    bytes(): Uint8Array<ArrayBuffer>;
    /** What was written, until something else is. */
    peek(): Uint8Array<ArrayBuffer>;
    nil(): void;
    /** @param {boolean} value */
    bool(value: boolean): void;
    /** @param {number} value */
    float(value: number): void;
    /**
     * @param {number | bigint} value a safe integer, or a BigInt of 64 bits: signed or not
     * @returns {void}
     */
    int(value: number | bigint): void;
    /** @param {string} value without lone surrogates: those are replaced */
    text(value: string): void;
    /** @param {Uint8Array} value */
    binary(value: Uint8Array): void;
    /** @param {number} length its items follow */
    array(length: number): void;
    /** @param {number} length its keys and values follow, in turn */
    map(length: number): void;
    /** @param {Uint8Array} bytes MessagePack already */
    raw(bytes: Uint8Array): void;
    #private;
}
