// What is used of the decoder, and which of its parts src/codec.js replaces. Not part of @msgpack/msgpack.

export interface DecoderOptions {
  useBigInt64?: boolean;
  mapKeyConverter?: (key: unknown) => string | number;
}

export class Decoder {
  constructor(options?: DecoderOptions);
  /** @throws Error for bytes that are not exactly one value. */
  decode(bytes: Uint8Array): unknown;
  protected bytes: Uint8Array;
  protected view: DataView;
  protected pos: number;
  protected stateIsMapKey(): boolean;
  protected decodeUtf8String(byteLength: number, headerOffset: number): string;
  protected readU64AsBigInt(): number | bigint;
  protected readI64AsBigInt(): number | bigint;
}
