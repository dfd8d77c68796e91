import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
// @ts-types="@types/tar-stream"
import tar from "tar-stream";

/** The bytes of one file of a tar.gz. Throws when it is not there. */
export async function untar(archive: Uint8Array, file: string): Promise<Uint8Array> {
  for await (const entry of Readable.from([archive]).pipe(createGunzip()).pipe(tar.extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk);
    if (entry.header.name === file) return Buffer.concat(chunks);
  }
  throw new Error(`The archive has no ${file}`);
}
