/** `unbzip2-stream/lib/bzip2.js`: the blocks of bzip2, one at a time. */
export type BitReader = (bits: number | null) => number;

declare const bzip2: {
  /** Reads the header of a stream; gives the size of its blocks in 100,000 bytes. */
  header(bits: BitReader): number;
  /**
   * Reads one block and gives the checksum of the stream so far; null at the end of the stream, whose checksum it has compared.
   * `buffer`: for the bytes of a block.
   */
  decompress(
    bits: BitReader,
    push: (byte: number) => void,
    buffer: Int32Array,
    bufferSize: number,
    checksum: number,
  ): number | null;
  Bzip2Error: new (message: string) => Error;
};

export default bzip2;
