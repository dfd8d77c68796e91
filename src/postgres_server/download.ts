import { createHash } from "node:crypto";
import path from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { remove, rename } from "../files/held.ts";
import { exists, readTextIfThere } from "../files/read.ts";
import { replaceFile, writeAll } from "../files/replace.ts";
import type { Report } from "./report.ts";
import { silent } from "./report.ts";

/** What to fetch. */
export interface DownloadRequest {
  url: string;
  /** What its SHA-256 must be, in hex. */
  sha256: string;
  /** Folder for the file, made if need be. */
  folder: string;
  /** The most bytes to accept; 2 GB unless told. */
  maxBytes?: number;
  /** Tries in a row that bring no byte before giving up; 6 unless told. */
  attempts?: number;
  /** First pause between tries in ms, doubled up to 30 s; 1000 unless told. */
  pauseMs?: number;
  /** A connection that brings nothing for so many ms is dropped and taken up again; 60,000 unless told. */
  stallMs?: number;
  report?: Report;
  signal?: AbortSignal;
}

/** What identifies the version of a file of which a part is here, beside it as `.part.json`. */
interface PartNote {
  url: string;
  /** A strong ETag or the Last-Modified date, for If-Range; null if the server gave neither. */
  validator: string | null;
}

/** A failure that trying again may cure. */
class Interrupted extends Error {}

/**
 * Fetches a file whose SHA-256 is known and returns its path, `<folder>/<sha256>`. What a broken connection or a killed
 * program left is continued; what is complete is not fetched again; what has the wrong checksum is removed.
 * @throws {UsyncError} when it cannot be had
 */
export async function download(request: DownloadRequest): Promise<string> {
  const sha256 = request.sha256.toLowerCase();
  const file = path.join(request.folder, sha256);
  const part = `${file}.part`;
  try {
    await Deno.mkdir(request.folder, { recursive: true });
    if (await exists(file)) {
      if (await sha256OfFile(file) === sha256) return file;
      await remove(file);
    }
    await fetchAll(request, part);
    const actual = await sha256OfFile(part);
    if (actual !== sha256) {
      await remove(part);
      await remove(`${part}.json`);
      if ((await Array.fromAsync(Deno.readDir(request.folder))).length === 0) await remove(request.folder);
      throw new UsyncError(`Cannot use ${request.url}: its SHA-256 is ${actual}, expected was ${sha256}`, {
        hint: "What came was thrown away. Run the command again, or check the address and the checksum.",
      });
    }
    await rename(part, file);
    await remove(`${part}.json`);
    return file;
  } catch (error) {
    throw explainFileError(error, `download ${request.url}`, request.folder);
  }
}

/** Tries, and tries again with growing pauses, until the part is complete. */
async function fetchAll(request: DownloadRequest, part: string): Promise<void> {
  const { report = silent, attempts = 6, pauseMs = 1000, signal } = request;
  for (let failures = 0;;) {
    const before = await sizeOf(part);
    try {
      return await fetchRest(request, part, before);
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      failures = await sizeOf(part) > before ? 1 : failures + 1;
      if (failures >= attempts) {
        throw new UsyncError(`Cannot download ${request.url}: ${error.message}`, {
          hint: "Check the connection to the internet and run the command again: it continues where it stopped.",
          cause: error,
        });
      }
      const pause = Math.min(pauseMs * 2 ** (failures - 1), 30_000);
      report.message(`The download broke off (${error.message}); trying again in ${Math.ceil(pause / 1000)} s.`);
      await wait(pause, signal);
    }
  }
}

/** One request: from where the part ends to the end of the file. Returns when all that was announced has come. */
async function fetchRest(request: DownloadRequest, part: string, have: number): Promise<void> {
  const note = await readNote(request, part);
  const stall = new AbortController();
  const stallMs = request.stallMs ?? 60_000;
  let timer = setTimeout(() => stall.abort(new Interrupted("the server sends nothing")), stallMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stall.abort(new Interrupted("the server sends nothing")), stallMs);
  };
  try {
    const resume = have > 0 && note !== undefined;
    const headers = new Headers({ "Accept-Encoding": "identity" });
    if (resume) headers.set("Range", `bytes=${have}-`);
    if (resume && note.validator !== null) headers.set("If-Range", note.validator);
    const signal = request.signal ? AbortSignal.any([request.signal, stall.signal]) : stall.signal;
    const response = await fetch(request.url, { headers, signal });
    const placed = await place(request, response, part, resume ? have : 0);
    if (placed !== undefined) await receive(request, response, part, placed, alive);
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    if (stall.signal.aborted) throw stall.signal.reason;
    // fetch reports every trouble of the network, also in the middle of a body, as a TypeError.
    if (error instanceof TypeError) throw new Interrupted(networkReason(error), { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Where the body of a response belongs: from which byte on, of how many. Undefined: there is nothing left to fetch. */
async function place(
  request: DownloadRequest,
  response: Response,
  part: string,
  have: number,
): Promise<{ start: number; total: number | undefined } | undefined> {
  if (response.status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("Content-Range") ?? "") ?? [];
    if (Number(start) === have) return { start: have, total: total === "*" ? undefined : Number(total) };
    await response.body?.cancel();
    await remove(part);
    throw new Interrupted("the server sent another part than was asked for");
  }
  if (response.status === 200) {
    const length = response.headers.get("Content-Length");
    const encoded = response.headers.has("Content-Encoding");
    const etag = response.headers.get("ETag");
    const validator = etag && !etag.startsWith("W/") ? etag : response.headers.get("Last-Modified");
    await replaceFile(`${part}.json`, JSON.stringify({ url: request.url, validator } satisfies PartNote));
    return { start: 0, total: length === null || encoded ? undefined : Number(length) };
  }
  await response.body?.cancel();
  if (response.status === 416) {
    const [, total] = /^bytes \*\/(\d+)$/.exec(response.headers.get("Content-Range") ?? "") ?? [];
    if (have > 0 && Number(total) === have) return undefined;
    await remove(part);
    throw new Interrupted("the server refused to continue the part that is here");
  }
  const status = `the server answered ${response.status} ${response.statusText}`.trim();
  if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Interrupted(status);
  throw new UsyncError(`Cannot download ${request.url}: ${status}`, {
    hint: "Check the address; or download the binaries with a browser and use --archive FILE.",
  });
}

/** Writes a body into the part from `start` on. */
async function receive(
  request: DownloadRequest,
  response: Response,
  part: string,
  place: { start: number; total: number | undefined },
  alive: () => void,
): Promise<void> {
  const { report = silent, maxBytes = 2e9 } = request;
  const limit = Math.min(maxBytes, place.total ?? maxBytes);
  if ((place.total ?? 0) > maxBytes) throw tooLong(request, maxBytes);
  using file = await Deno.open(part, { write: true, create: true });
  await file.truncate(place.start);
  await file.seek(place.start, Deno.SeekMode.Start);
  let at = place.start;
  report.progress("Downloading", at, place.total);
  for await (const chunk of response.body ?? []) {
    alive();
    if (at + chunk.length > limit) throw tooLong(request, limit);
    await writeAll(file, chunk);
    at += chunk.length;
    report.progress("Downloading", at, place.total);
  }
  await file.sync();
  if (place.total !== undefined && at < place.total) throw new Interrupted(`${at} of ${place.total} bytes came`);
}

function tooLong(request: DownloadRequest, limit: number): UsyncError {
  return new UsyncError(`Cannot download ${request.url}: the server sends more than ${limit} bytes`, {
    hint: "Check the address; or download the binaries with a browser and use --archive FILE.",
  });
}

/** The note beside the part, if it is about this address. */
async function readNote(request: DownloadRequest, part: string): Promise<PartNote | undefined> {
  try {
    const note: PartNote = JSON.parse(await readTextIfThere(`${part}.json`) ?? "null");
    return note?.url === request.url ? note : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function networkReason(error: TypeError): string {
  return messageOf(error).replace(/^error sending request for url \(.*?\):? ?/, "").trim() || "no connection";
}

async function sizeOf(file: string): Promise<number> {
  return await exists(file) ? (await Deno.stat(file)).size : 0;
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", stop), resolve()), ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** SHA-256 of a file, in hex. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  using handle = await Deno.open(file);
  const buffer = new Uint8Array(1 << 20);
  for (let read; (read = await handle.read(buffer)) !== null;) hash.update(buffer.subarray(0, read));
  return hash.digest("hex");
}
