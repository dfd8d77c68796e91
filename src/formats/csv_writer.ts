import { FILE_FIELD_NAMES, type FileFieldName } from "../domain/file_fields.ts";
import type { FileRecord, Segment } from "../domain/records.ts";
import { SEGMENT_FIELD_NAMES } from "../domain/segment_fields.ts";

const CHUNK = 64 * 1024;

/** The folder of a file is in these columns; its meta stands before the file's. */
const FOLDER_COLUMNS = ["folder_id", "folder_path", "folder_name"];
const FILE_COLUMNS = FILE_FIELD_NAMES.flatMap((name): string[] =>
  name === "folder" ? FOLDER_COLUMNS : name === "meta" ? ["folder_meta", name] : [name]
);
const SEGMENT_COLUMNS = [...SEGMENT_FIELD_NAMES, "meta"].map((name) => `segment_${name}`);

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
  return FILE_FIELD_NAMES.map((name) => fileField(file, name)).join(",");
}

function fileField(file: FileRecord, name: FileFieldName): string {
  const { folder } = file;
  switch (name) {
    case "folder":
      return [folder?.folder_id, folder?.path, folder?.name].map(field).join(",");
    case "size":
      return String(file.size);
    case "groups":
      return field(file.groups.join(" "));
    case "meta":
      return `${jsonField(folder?.meta)},${jsonField(file.meta)}`;
  }
  return field(file[name]);
}

/** In the order of the table; written out, since a loop takes half as long again. */
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
