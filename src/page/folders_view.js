// @ts-check
/// <reference lib="dom" />
import { get } from "./api.js";
import { beginning, byId, errorNotice, make } from "./dom.js";
import { EndlessList } from "./endless_list.js";
import { folderAddress, nzbLink } from "./file_row.js";
import { formatBytes, formatPercent, plural } from "./format.js";

/** @typedef {import("../domain/records.ts").FolderSummary} FolderSummary */

const PAGE = 50;

/** The folders, an NZB being one, with how complete they are. */
export class FoldersView {
  #list = new EndlessList(byId("folders-list"), (after, signal) => read(after, signal), (error) => this.#tell(error));

  get title() {
    return "Folders";
  }

  show() {
    return this.#list.refresh();
  }

  refresh() {
    return this.#list.refresh();
  }

  hide() {}

  /** @param {unknown} error */
  #tell(error) {
    const isBad = error !== undefined;
    byId("folders-error").replaceChildren(
      ...(isBad ? [errorNotice(/** @type {import("./api.js").ServiceError} */ (error))] : []),
    );
    const { count, hasMore } = this.#list;
    byId("folders-state").textContent = count === 0
      ? "No file is in a folder yet."
      : `${hasMore ? "The first " : ""}${plural(count, "folder")}`;
  }
}

/**
 * @param {string | undefined} after
 * @param {AbortSignal} signal
 */
async function read(after, signal) {
  /** @type {{ folders: FolderSummary[], next: string | null }} */
  const { folders, next } = await get("/api/folders", { limit: PAGE, after }, signal);
  return { rows: folders.map(rowOf), next };
}

/** @param {FolderSummary} folder */
function rowOf({ folder_id, name, path, file_count, size, segment_count, posted_count, pending_count }) {
  const title = name.trim() || path.trim() || folder_id, isWhole = posted_count === segment_count;
  const percent = segment_count === 0
    ? "no segments"
    : isWhole
    ? "complete"
    : `${formatPercent(posted_count, segment_count)} posted`;
  const bar = make("progress", {
    max: Math.max(1, segment_count),
    value: posted_count,
    "aria-label": `Posted of ${title.slice(0, 100)}`,
  });
  return make(
    "li",
    { class: "folder" },
    make("a", { class: "name", href: folderAddress(folder_id) }, beginning(title)),
    nzbLink({ folder: folder_id }, title.slice(0, 100)),
    make(
      "span",
      { class: "muted" },
      [
        plural(file_count, "file"),
        formatBytes(size),
        percent,
        ...(pending_count > 0 ? [`${plural(pending_count, "segment")} to post`] : []),
      ].join(" · "),
    ),
    bar,
  );
}
