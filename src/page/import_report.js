// @ts-check
/// <reference lib="dom" />
import { get } from "./api.js";
import { make, untrusted } from "./dom.js";
import { fileAddress, folderAddress } from "./file_row.js";
import { formatCount, plural } from "./format.js";

/**
 * @typedef {import("./api.js").ImportReport} ImportReport
 * @typedef {Pick<ImportReport, "added" | "replaced" | "unchanged" | "segments">} ImportCounts
 */

/** Notes that are shown of an import. */
const MAX_NOTES = 50;

/**
 * What an import has stored: "2 files added, 4 segments".
 * @param {ImportCounts} counts
 */
export function outcomeOf({ added, replaced, unchanged, segments }) {
  const parts = [
    added > 0 ? `${plural(added, "file")} added` : null,
    replaced > 0 ? `${plural(replaced, "file")} replaced` : null,
    unchanged > 0 ? `${plural(unchanged, "file")} there already` : null,
    segments > 0 ? plural(segments, "segment") : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : "Nothing stored";
}

/**
 * The notes of an import, those of what was not stored first; none where there are no notes.
 * @param {ImportReport} report
 * @param {string} [name] the input, where that is only one: it is not repeated in its notes
 */
export function noteList({ notes, more_notes }, name) {
  if (notes.length === 0) return null;
  const order = notes.toSorted((a, b) => Number(b.bad) - Number(a.bad));
  const rows = order.slice(0, MAX_NOTES).map((note) => rowOf(note, name));
  const more = more_notes + Math.max(0, notes.length - MAX_NOTES);
  if (more > 0) rows.push(make("li", { class: "muted" }, `and ${formatCount(more)} more`));
  return make("ul", { class: "notes" }, ...rows);
}

/**
 * @param {ImportReport["notes"][number]} note
 * @param {string | undefined} name
 */
function rowOf({ path, line, column, message, hint, bad }, name) {
  const inside = name !== undefined && path.startsWith(`${name}/`) ? path.slice(name.length + 1) : path;
  const source = inside === name ? "" : `${inside}: `;
  const position = [line && `line ${line}`, column && `column ${column}`].filter(Boolean).join(", ");
  const kind = make("strong", { class: bad ? "bad" : "muted" }, bad ? "Not stored" : "Worth knowing");
  return make(
    "li",
    {},
    kind,
    position === "" ? ": " : ` (${position}): `,
    untrusted(source + message),
    hint ? make("span", { class: "muted" }, ` ${hint}`) : null,
  );
}

/**
 * A link to what an import has stored: the folder that it is in, the file where it is only one, else all files. None where nothing
 * of it is in the store.
 * @param {ImportReport} report
 */
export async function linkToStored({ added, replaced, unchanged, first_file }) {
  if (first_file === null) return null;
  let href = added + replaced + unchanged === 1 ? fileAddress(first_file) : "#/files";
  try {
    /** @type {import("./api.js").FileSummary} */
    const { folder } = await get("/api/file", { file_id: first_file });
    if (folder) href = folderAddress(folder.folder_id);
  } catch (error) {
    if (/** @type {import("./api.js").ServiceError} */ (error).status === 404) return null; // deleted meanwhile
    throw error;
  }
  return make("a", { href }, "Show");
}
