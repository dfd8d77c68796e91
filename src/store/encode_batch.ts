import { type PackedBatch, sizeOf } from "./packed_batch.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A batch as bytes for a file of this process: the number of files and the lengths of the parts, then the parts. */
export function encodeBatch(batch: PackedBatch): Uint8Array[] {
  const { files, numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes } = batch;
  const parts = [
    bytesOf(numbers),
    encoder.encode(texts),
    bytesOf(textLengths),
    encoder.encode(folderTexts),
    ...[folderLengths, bytes, blocks, hashes].map(bytesOf),
  ];
  return [bytesOf(new Float64Array([files, ...parts.map(({ length }) => length)])), ...parts];
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const PARTS = 8, HEADER_BYTES = 8 * (1 + PARTS);

/** The batch that `encodeBatch` made these bytes of, put together. Each of its buffers is its own. */
export function decodeBatch(encodedBatch: Uint8Array<ArrayBuffer>): PackedBatch {
  const encoded = bytesOf(encodedBatch); // `slice` of a Node buffer would not copy
  const [files, ...lengths] = new Float64Array(encoded.slice(0, HEADER_BYTES).buffer);
  let at = HEADER_BYTES;
  const [numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes] = lengths.map((length) =>
    encoded.slice(at, at += length)
  );
  const batch = {
    files,
    numbers: new Float64Array(numbers.buffer),
    texts: decoder.decode(texts),
    textLengths: new Int32Array(textLengths.buffer),
    folderTexts: decoder.decode(folderTexts),
    folderLengths: new Int32Array(folderLengths.buffer),
    bytes,
    blocks: new Int32Array(blocks.buffer),
    hashes: new Int32Array(hashes.buffer),
  };
  return { ...batch, size: sizeOf(batch) };
}
