import { Readable } from "node:stream";
import { configure, type FileEntry, ZipReader } from "@zip.js/zip.js";
// @ts-types="@types/tar-stream"
import tar from "tar-stream";
import { UsyncError } from "../domain/errors.ts";
import { ZipFileReader } from "../packings/zip_file_reader.ts";

// Workers would only add a copy: unpacking waits for the disk.
configure({ useWebWorkers: false });

/** An entry of an archive; folders are left out, they follow from the paths. */
export interface ArchiveEntry {
  /** As written in the archive, with forward slashes. */
  path: string;
  type: "file" | "link" | "other";
  /** Size that the archive states, in bytes. */
  size: number;
  /** What a link points to, from its own folder. */
  target?: string;
}

/** The entries of an archive that was opened for reading, and the bytes of those that are wanted. */
export interface Archive {
  /**
   * Visits every entry in the archive's order. `content` gives the bytes and may be called during the visit only.
   */
  visit(see: (entry: ArchiveEntry, content: () => AsyncIterable<Uint8Array>) => Promise<void> | void): Promise<void>;
}

/**
 * Opens a zip or tar.gz file; its first bytes tell which, not its name.
 * @throws {UsyncError} when it is neither
 */
export async function openArchive(file: string): Promise<Archive> {
  const start = new Uint8Array(4);
  {
    using handle = await Deno.open(file);
    await handle.read(start);
  }
  if (start[0] === 0x1f && start[1] === 0x8b) return { visit: (see) => visitTar(file, see) };
  if (start[0] === 0x50 && start[1] === 0x4b && start[2] < 9) return { visit: (see) => visitZip(file, see) };
  throw new UsyncError(`Cannot read ${file}: it is neither a zip nor a tar.gz file`, {
    hint: "Give an archive of PostgreSQL's binaries for this system.",
  });
}

async function visitTar(file: string, see: Parameters<Archive["visit"]>[0]): Promise<void> {
  const handle = await Deno.open(file);
  const unzipped = handle.readable.pipeThrough(new DecompressionStream("gzip"));
  const extract = tar.extract();
  const source = Readable.fromWeb(unzipped as Parameters<typeof Readable.fromWeb>[0]);
  source.on("error", (error) => extract.destroy(error));
  source.pipe(extract);
  try {
    for await (const content of extract) {
      const { header } = content;
      if (header.type !== "directory") {
        const link = header.type === "symlink" || header.type === "link";
        const type = link ? "link" : header.type === "file" || header.type === "contiguous-file" ? "file" : "other";
        // A hard link names its target from the root of the archive, a symbolic one from its own folder.
        const target = header.type === "link"
          ? `${"../".repeat(depth(header.name))}${header.linkname}`
          : header.linkname;
        await see(
          {
            path: header.name.replace(/^(\.\/)+/, ""),
            type,
            size: header.size ?? 0,
            target: link ? target ?? "" : undefined,
          },
          () => content as AsyncIterable<Uint8Array>,
        );
      }
      content.resume();
    }
  } catch (error) {
    throw broken(file, error);
  } finally {
    source.destroy();
    extract.destroy();
  }
}

async function visitZip(file: string, see: Parameters<Archive["visit"]>[0]): Promise<void> {
  using handle = await Deno.open(file);
  const reader = new ZipReader(new ZipFileReader(handle), { checkSignature: true, checkOverlappingEntry: true });
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      const type = zipType(entry.externalFileAttributes);
      const target = type === "link" ? new TextDecoder().decode(await readLink(entry)) : undefined;
      await see(
        { path: entry.filename.replaceAll("\\", "/"), type, size: entry.uncompressedSize, target },
        () => zipContent(entry),
      );
    }
  } catch (error) {
    throw broken(file, error);
  } finally {
    await reader.close();
  }
}

/** The upper half of the attributes is a Unix mode where the archive was made on Unix, else 0. */
function zipType(attributes: number): ArchiveEntry["type"] {
  const kind = (attributes >>> 16) & 0o170000;
  return kind === 0o120000 ? "link" : kind === 0 || kind === 0o100000 ? "file" : "other";
}

async function readLink(entry: FileEntry): Promise<Uint8Array> {
  if (entry.uncompressedSize > 4096) throw new UsyncError(`the link ${entry.filename} is longer than a path can be`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of zipContent(entry)) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** The bytes of an entry as they are decompressed, never more than a few blocks ahead of who takes them. */
async function* zipContent(entry: FileEntry): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const written = entry.getData(writable);
  // Whoever reads sees the failure; this keeps it from counting as unhandled when they stop early.
  written.catch(() => {});
  yield* readable;
  await written;
}

function depth(name: string): number {
  return name.split("/").length - 1;
}

function broken(file: string, error: unknown): unknown {
  // The file system's own errors keep their names; what is left comes from the archive's content.
  if (error instanceof UsyncError || (error instanceof Error && /os error/.test(error.message))) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new UsyncError(`Cannot unpack ${file}: it is damaged or unsafe (${why})`, {
    hint: "Download it again.",
    cause: error,
  });
}
