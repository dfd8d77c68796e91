import { Buffer, isAscii } from "node:buffer";

/** Decodes whole pieces of UTF-8; plain ASCII, which most is, several times as fast as a `TextDecoder`. */
export class Utf8Decoder {
  #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /** Throws a `TypeError` for bytes that are not UTF-8. */
  decode(bytes: Uint8Array): string {
    if (!isAscii(bytes)) return this.#decoder.decode(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  }
}
