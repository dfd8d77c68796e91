import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
// @ts-types="@types/tar-stream"
import tar from "tar-stream";

/** What an archive is to hold. */
export interface Entry {
  name: string;
  text?: string | Uint8Array;
  link?: string;
  hardLink?: string;
  device?: boolean;
}

/** A tar.gz of these, in their order. */
export async function tarOf(entries: Entry[]): Promise<Uint8Array> {
  const pack = tar.pack();
  for (const { name, text = "x", link, hardLink, device } of entries) {
    if (link !== undefined) pack.entry({ name, type: "symlink", linkname: link });
    else if (hardLink !== undefined) pack.entry({ name, type: "link", linkname: hardLink });
    else if (device) pack.entry({ name, type: "character-device" });
    else pack.entry({ name }, Buffer.from(text));
  }
  pack.finalize();
  return gzipSync(Buffer.concat(await Array.fromAsync(pack)));
}

/** A zip of these. */
export async function zipOf(entries: Entry[]): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { level: 6 });
  for (const { name, text = "x", link } of entries) {
    const bytes = typeof text === "string" ? new TextEncoder().encode(link ?? text) : text;
    const unix = link === undefined ? {} : { externalFileAttributes: (0o120777 << 16) >>> 0, versionMadeBy: 0x031e };
    await zip.add(name, new Uint8ArrayReader(bytes), unix);
  }
  return await zip.close();
}
