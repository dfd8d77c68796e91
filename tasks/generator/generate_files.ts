import type { FileRecord, Segment, Status } from "../../src/domain/records.ts";
import { drawPost, type Post } from "./post.ts";
import type { PlannedFile } from "./post_files.ts";
import { Random } from "./random.ts";
import { drawHash, drawHashes, drawUuid, HEX, LETTERS_AND_DIGITS, RandomTexts } from "./random_texts.ts";
import { type Shape, shapePost } from "./shapes.ts";
import { drawNonsense } from "./titles.ts";

/**
 * What the records look like:
 * - `uploader`: an uploader's own books. Every segment has a hash of 32 bytes and a random Message-ID; few are pending.
 * - `usenetsync`: the same with what UsenetSync adds to every segment: a random subject and an internal one of 32 bytes.
 *   What is pending has no Message-ID.
 * - `nzb`: what the NZBs of the posts hold, as `readNzb` gives it (but for `file_id`).
 */
export const KINDS = ["uploader", "usenetsync", "nzb"] as const;
export type Kind = typeof KINDS[number];

export interface GenerateOptions {
  /** How many segments all files together have, exactly. */
  segments: number;
  /** A whole number; the same one gives the same records on every platform. */
  seed: number;
  /** Default: "uploader". */
  kind?: Kind;
  /** Default: "usual". */
  shape?: Shape;
}

/**
 * Files shaped like real posts: about 100 segments each, from 1 to some thousands. Fewer segments of the same seed, kind
 * and shape are a prefix of more: of the last file only the first segments are there.
 */
export function* generateFiles(
  { segments, seed, kind = "uploader", shape = "usual" }: GenerateOptions,
): Generator<FileRecord> {
  let left = segments;
  for (const file of endlessFiles(new Random(seed), kind, shape)) {
    if (left <= 0) return;
    if (file.segments.length > left) file.segments.length = left;
    left -= file.segments.length;
    yield file;
  }
}

function* endlessFiles(random: Random, kind: Kind, shape: Shape): Generator<FileRecord> {
  while (true) {
    const post = shapePost(random, drawPost(random), shape);
    let posted = 0;
    for (let i = 0; i < post.files.length; i++) {
      const file = drawFile(random, post, i, kind, posted);
      posted += file.segments.length;
      yield file;
    }
  }
}

/** The file at a place of a post; `posted`: how many segments of the post come before it. */
function drawFile(random: Random, post: Post, place: number, kind: Kind, posted: number): FileRecord {
  const planned = post.files[place], { folder } = post;
  const count = Math.ceil(planned.size / post.segmentSize);
  const nonsense = drawNonsense(random);
  const subject = post.subjectOf?.(planned, place + 1, post.files.length, count) ?? nonsense;
  const created_at = post.startedAt === null ? null : timeOf(post.startedAt);
  if (kind === "nzb") {
    const name = post.subjectOf === undefined ? nonsense : planned.name;
    const segments = drawNzbSegments(random, post, planned, count);
    const size = segments.reduce((sum, segment) => sum + segment.size, 0);
    return {
      ...{ file_id: `nzb-${drawHash(random).slice(0, 32)}`, folder: null, path: name, name, size, hash: null },
      ...{ subject, poster: post.poster, groups: post.groups, created_at, meta: null, segments },
    };
  }
  return {
    ...{
      file_id: drawUuid(random),
      folder,
      path: folder === null ? planned.name : folder.path + post.separator + planned.name,
    },
    ...{ name: planned.name, size: planned.size, hash: drawHash(random) },
    ...{ subject, poster: post.poster, groups: post.groups, created_at },
    meta: random.oneIn(20) ? { retention_days: random.between(3000, 6000), tags: ["backup"] } : null,
    segments: drawSegments(random, post, planned, count, posted, kind),
  };
}

const segmentSubjects = new RandomTexts([{ of: LETTERS_AND_DIGITS, length: 20 }]);
const internalSubjects = new RandomTexts([{ of: HEX, length: 64 }]);

function drawSegments(
  random: Random,
  post: Post,
  { size }: PlannedFile,
  count: number,
  posted: number,
  kind: Kind,
): Segment[] {
  const { segmentSize, server, uploaded, startedAt, millisecondsEach } = post;
  const group = post.groups[0], hashes = drawHashes(random, count), synced = kind === "usenetsync";
  const segments: Segment[] = [];
  let time = (startedAt ?? 0) + posted * millisecondsEach, second = -1, uploaded_at = "";
  for (let redundancy = 0; redundancy < post.copies; redundancy++) {
    const messageIds = post.drawMessageIds(random, count);
    const subjects = synced ? segmentSubjects.draw(random, count) : undefined;
    const internals = synced ? internalSubjects.draw(random, count) : undefined;
    for (let index = 0; index < count; index++, time += millisecondsEach) {
      if (Math.floor(time / 1000) !== second) {
        second = Math.floor(time / 1000);
        uploaded_at = timeOf(time);
      }
      const status = statusOf(posted + segments.length, uploaded);
      segments.push({
        index,
        redundancy,
        size: index < count - 1 ? segmentSize : size - index * segmentSize,
        offset: index * segmentSize,
        hash: hashes[index],
        message_id: synced && status === "pending" ? null : messageIds[index],
        subject: subjects === undefined ? null : subjects[index],
        internal_subject: internals === undefined ? null : internals[index],
        group,
        server,
        status,
        uploaded_at: status === "uploaded" && startedAt !== null ? uploaded_at : null,
      });
    }
  }
  return segments;
}

/** The state of the segment at a place of a post of which `uploaded` are. */
function statusOf(place: number, uploaded: number): Status {
  if (place < uploaded) return "uploaded";
  if (place < uploaded + 20) return "uploading";
  return place % 50 === 0 ? "failed" : "pending";
}

let noise = new Uint32Array(1 << 13);

/** Segments as an NZB knows them; their sizes are those of the yEnc-encoded articles, which vary with the content. */
function drawNzbSegments(random: Random, post: Post, { size }: PlannedFile, count: number): Segment[] {
  if (noise.length < count) noise = new Uint32Array(count);
  random.fill(noise, count);
  const messageIds = post.drawMessageIds(random, count);
  const segments: Segment[] = new Array(count);
  for (let index = 0; index < count; index++) {
    const raw = index < count - 1 ? post.segmentSize : size - index * post.segmentSize;
    segments[index] = {
      index,
      redundancy: 0,
      size: Math.floor(raw * 1.0316) + 250 + noise[index] % 400,
      offset: null,
      hash: null,
      message_id: messageIds[index],
      subject: null,
      internal_subject: null,
      group: null,
      server: null,
      status: "uploaded",
      uploaded_at: null,
    };
  }
  return segments;
}

/** RFC 3339 of milliseconds since 1970, in whole seconds. */
function timeOf(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
