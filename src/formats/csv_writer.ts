import type { FileRecord, Segment } from "../domain/records.ts";

const CHUNK = 64 * 1024;

const FILE_COLUMNS = [
  ...["file_id", "folder_id", "folder_path", "folder_name", "path", "name", "size", "hash", "subject", "poster"],
  ...["groups", "created_at", "folder_meta", "meta"],
];
const SEGMENT_COLUMNS = [
  ...["segment_index", "segment_redundancy", "segment_size", "segment_offset", "segment_hash", "segment_message_id"],
  ...["segment_subject", "segment_internal_subject", "segment_group", "segment_server", "segment_status"],
  ...["segment_uploaded_at", "segment_meta"],
];

/**
 * Files as CSV (RFC 4180: CRLF, quotes where needed, UTF-8), one segment a line, with a header; a file without segments
 * has a line whose segment columns are empty.
 *
 * The columns are the keys of the records: those of the file (its folder's as `folder_…`), then those of the segment as
 * `segment_…`. `groups` are separated by spaces, `…meta` are JSON. Null is nothing at all, an empty text is `""`.
 */
export async function* writeCsv(files: AsyncIterable<FileRecord> | Iterable<FileRecord>): AsyncGenerator<string> {
  const noSegment = ",".repeat(SEGMENT_COLUMNS.length) + "\r\n";
  let text = [...FILE_COLUMNS, ...SEGMENT_COLUMNS].join(",") + "\r\n";
  for await (const file of files) {
    const start = fileFields(file);
    if (file.segments.length === 0) text += start + noSegment;
    for (const segment of file.segments) {
      text += start + segmentFields(segment);
      if (text.length >= CHUNK) {
        yield text;
        text = "";
      }
    }
  }
  if (text !== "") yield text;
}

function fileFields(file: FileRecord): string {
  const { folder } = file;
  return [
    ...[file.file_id, folder?.folder_id, folder?.path, folder?.name, file.path, file.name].map(field),
    ...[file.size, field(file.hash), field(file.subject), field(file.poster), field(file.groups.join(" "))],
    ...[field(file.created_at), jsonField(folder?.meta), jsonField(file.meta)],
  ].join(",");
}

function segmentFields(segment: Segment): string {
  return "," + segment.index + "," + segment.redundancy + "," + segment.size + "," + (segment.offset ?? "") + "," +
    field(segment.hash) + "," + field(segment.message_id) + "," + field(segment.subject) + "," +
    field(segment.internal_subject) + "," + field(segment.group) + "," + field(segment.server) + "," +
    segment.status + "," + (segment.uploaded_at ?? "") + "," + jsonField(segment.meta) + "\r\n";
}

function field(text: string | null | undefined): string {
  if (text === null || text === undefined) return "";
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function jsonField(value: unknown): string {
  return value === null || value === undefined ? "" : field(JSON.stringify(value));
}
