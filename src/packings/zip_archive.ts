import { configure, type FileEntry, ZipReader } from "@zip.js/zip.js";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { ZipFileReader } from "./zip_file_reader.ts";

// Workers would only add a copy, and this runs in one.
configure({ useWebWorkers: false });

/** A file in an archive. */
export interface ZipEntry {
  /** As written in the archive, with forward slashes. */
  path: string;
  /** Bytes, as the archive says: `bytes` refuses to give more. */
  size: number;
  /**
   * What is in it; to be read to its end, or given up, before the next entry.
   * @throws {InputError} when it is damaged, encrypted, or packed in a way that is not supported
   */
  bytes(): AsyncGenerator<Uint8Array>;
}

/**
 * The files of a zip archive, in its order, one at a time.
 * @throws {InputError} when the archive is cut off or damaged
 */
export async function* readZip(path: string): AsyncGenerator<ZipEntry> {
  using file = await Deno.open(path);
  const reader = new ZipReader(new ZipFileReader(file), {
    ...{ checkSignature: true, checkOverlappingEntry: true },
    filenameValidation: "tolerant", // nothing is written under these names
  });
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      yield { path: entry.filename.replaceAll("\\", "/"), size: entry.uncompressedSize, bytes: () => contentOf(entry) };
    }
  } catch (error) {
    throw refusal(error, "the zip archive");
  } finally {
    await reader.close();
  }
}

/** The bytes of an entry as they are unpacked, never more than a few blocks ahead of who takes them. */
async function* contentOf(entry: FileEntry): AsyncGenerator<Uint8Array> {
  if (entry.encrypted) throw new InputError("it is encrypted: unpack it and import what is in it");
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const written = entry.getData(writable);
  written.catch(() => {}); // whoever reads sees it; it does not count as unhandled when they stop early
  let size = 0;
  try {
    for await (const bytes of readable) {
      size += bytes.length;
      if (size > entry.uncompressedSize) throw new InputError("it is larger than the zip archive says");
      yield bytes;
    }
    await written;
  } catch (error) {
    throw refusal(error, "it");
  }
}

/** What is wrong with an archive or an entry; the file system's own errors stay what they are. */
function refusal(error: unknown, what: string): unknown {
  if (error instanceof UsyncError || error instanceof Deno.errors.NotFound) return error;
  const message = messageOf(error);
  if (/compression method/i.test(message)) {
    return new InputError(`${what} is packed in a way that is not supported: ${message}`);
  }
  return new InputError(`${what} is cut off or damaged: ${message}`, {}, { cause: error });
}
