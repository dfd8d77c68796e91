// @ts-check
/// <reference lib="dom" />
import { beginning, make } from "./dom.js";
import { formatBytes, formatCount, formatMoment, plural } from "./format.js";

/** @typedef {import("./api.js").FileSummary} FileSummary */

/**
 * A file in a list.
 * @param {FileSummary} file
 * @param {object} [more]
 * @param {string} [more.note] what is to be told instead of the subject
 * @param {import("./chosen_files.js").ChosenFiles} [more.chosen] where it can be chosen
 */
export function fileRow(file, { note, chosen } = {}) {
  const { file_id, name, path, subject, size, segment_count, pending_count, created_at } = file;
  const below = note ?? subject ?? (path === name ? null : path);
  const choose = chosen && make("input", {
    ...{
      type: "checkbox",
      class: "choose",
      checked: chosen.has(file_id),
      "aria-label": `Choose ${name.slice(0, 100)}`,
    },
    onchange: (/** @type {Event} */ { target }) => chosen.set(file, /** @type {HTMLInputElement} */ (target).checked),
  });
  return make(
    "li",
    { class: chosen && "choosable" },
    choose,
    make(
      "a",
      { href: fileAddress(file_id) },
      make("span", { class: "name" }, name === "" ? "(no name)" : beginning(name)),
      below === null ? null : make("span", { class: "below muted" }, beginning(below)),
      make("span", { class: "facts" }, ...[
        make("span", {}, formatBytes(size)),
        make("span", {}, plural(segment_count, "segment")),
        pending_count === 0 ? null : make("span", { class: "tag" }, `${formatCount(pending_count)} to post`),
        created_at === null ? null : make("span", { class: "muted" }, formatMoment(created_at)),
      ]),
    ),
  );
}

/**
 * The address of a file's view.
 * @param {string} fileId
 */
export function fileAddress(fileId) {
  return `#/file?${new URLSearchParams({ id: fileId })}`;
}

/**
 * The address of the files of a folder.
 * @param {string} folderId
 */
export function folderAddress(folderId) {
  return `#/files?${new URLSearchParams({ folder: folderId })}`;
}

/**
 * A link that saves an NZB.
 * @param {{ file_id: string } | { folder: string }} of
 * @param {string} name what it is of, for screen readers
 */
export function nzbLink(of, name) {
  const query = new URLSearchParams(/** @type {Record<string, string>} */ (of));
  const attributes = { class: "button", href: `/api/export?${query}`, download: "", "aria-label": `NZB of ${name}` };
  return make("a", attributes, "NZB");
}
