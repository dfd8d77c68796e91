import { type PackedBatch, sizeOf } from "./packed_batch.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A batch as bytes for a file of this process: a header, then its parts. */
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

/** The batch that `encodeBatch` made bytes of; `read` fills a buffer with the next ones. Each buffer of the batch is its own. */
export function decodeBatch(read: (into: Uint8Array<ArrayBuffer>) => void): PackedBatch {
  const header = new Float64Array(HEADER);
  read(bytesOf(header));
  const [files, keepsFolders, ...lengths] = header;
  const [numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes] = lengths.map((length) => {
    const part = new Uint8Array(length);
    read(part);
    return part;
  });
  const batch = {
    files,
    keepsFolders: keepsFolders === 1,
    numbers: new Float64Array(numbers.buffer),
    texts,
    textLengths: new Int32Array(textLengths.buffer),
    folderTexts: decoder.decode(folderTexts),
    folderLengths: new Int32Array(folderLengths.buffer),
    bytes,
    blocks: new Int32Array(blocks.buffer),
    hashes: new Int32Array(hashes.buffer),
  };
  return { ...batch, size: sizeOf(batch) };
}
