import { type PackedBatch, sizeOf } from "./packed_batch.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A batch as bytes, for a file or a service on this machine: a header, then its parts. */
export function encodeBatch(batch: PackedBatch): Uint8Array[] {
  const { files, keepsFolders, numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes } = batch;
  const parts = [
    ...[numbers, texts, textLengths].map(bytesOf),
    encoder.encode(folderTexts),
    ...[folderLengths, bytes, blocks, hashes].map(bytesOf),
  ];
  return [bytesOf(new Float64Array([files, Number(keepsFolders), ...parts.map(({ length }) => length)])), ...parts];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Numbers in front: how many files there are, whether they keep their folders, and the lengths of the eight parts. */
const HEADER = 10;
export const HEADER_BYTES = 8 * HEADER;

/** What the header of an encoded batch says: how many files there are, and the bytes of each of its parts. */
export function lengthsOf(header: Uint8Array<ArrayBuffer>): { files: number; lengths: number[] } {
  const [files, , ...lengths] = new Float64Array(header.buffer);
  return { files, lengths };
}

/** The batch of a header and parts, each a buffer of its own that becomes the batch's. */
export function batchOf(header: Uint8Array<ArrayBuffer>, parts: Uint8Array<ArrayBuffer>[]): PackedBatch {
  const [files, keepsFolders] = new Float64Array(header.buffer);
  const [numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes] = parts;
  const batch = {
    ...{ files, keepsFolders: keepsFolders === 1, numbers: new Float64Array(numbers.buffer) },
    ...{ texts, textLengths: new Int32Array(textLengths.buffer) },
    ...{ folderTexts: decoder.decode(folderTexts), folderLengths: new Int32Array(folderLengths.buffer) },
    ...{ bytes, blocks: new Int32Array(blocks.buffer), hashes: new Int32Array(hashes.buffer) },
  };
  return { ...batch, size: sizeOf(batch) };
}

/** The batch that `encodeBatch` made bytes of; `read` fills a buffer with the next ones. */
export function decodeBatch(read: (into: Uint8Array<ArrayBuffer>) => void): PackedBatch {
  const filled = (length: number) => {
    const bytes = new Uint8Array(length);
    read(bytes);
    return bytes;
  };
  const header = filled(HEADER_BYTES);
  return batchOf(header, lengthsOf(header).lengths.map(filled));
}
