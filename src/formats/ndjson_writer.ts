import type { FileRecord, Folder, Segment } from "../domain/records.ts";

const CHUNK = 64 * 1024;

/** Files as NDJSON, one a line, with their keys in the documented order, in pieces of about 64 kB. */
export async function* writeNdjson(
  files: AsyncIterable<FileRecord> | Iterable<FileRecord>,
): AsyncGenerator<string> {
  let text = "";
  for await (const file of files) {
    text += ndjsonLine(file);
    if (text.length >= CHUNK) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

/** A file as a line, with its end. */
export function ndjsonLine(file: FileRecord): string {
  return JSON.stringify(ordered(file)) + "\n";
}

function ordered(file: FileRecord): FileRecord {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta, segments } = file;
  return {
    ...{ file_id, folder: folder && orderedFolder(folder), path, name, size, hash },
    ...{ subject, poster, groups, created_at, meta, segments: segments.map(orderedSegment) },
  };
}

function orderedFolder({ folder_id, path, name, meta }: Folder): Folder {
  return { folder_id, path, name, meta };
}

/** `meta` comes last; where it is undefined, JSON leaves it out. */
function orderedSegment(segment: Segment): Segment {
  return {
    index: segment.index,
    redundancy: segment.redundancy,
    size: segment.size,
    offset: segment.offset,
    hash: segment.hash,
    message_id: segment.message_id,
    subject: segment.subject,
    internal_subject: segment.internal_subject,
    group: segment.group,
    server: segment.server,
    status: segment.status,
    uploaded_at: segment.uploaded_at,
    meta: segment.meta,
  };
}
