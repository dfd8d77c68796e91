// @ts-check
/// <reference lib="dom" />
import { elementOf, errorNotice, make } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/**
 * Says what will happen and asks whether it is to be done. Stays open, with the error, when `run` fails.
 * @param {object} question
 * @param {string} question.title
 * @param {Child[]} question.content
 * @param {string} question.yes what the button says
 * @param {boolean} [question.removes] whether something is removed for good
 * @param {() => Promise<unknown>} question.run
 */
export function ask({ title, content, yes, removes, run }) {
  const dialog = elementOf("dialog", HTMLDialogElement);
  const failure = make("div", { role: "alert" });
  const button = make("button", { type: "submit", class: removes ? "danger" : "primary" }, yes);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    failure.replaceChildren();
    try {
      await run();
      dialog.close();
      // Focus goes back to where it was, unless that is gone.
      if (document.activeElement === document.body) elementOf("main", HTMLElement).focus();
    } catch (error) {
      failure.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
    } finally {
      button.disabled = false;
    }
  };
  const cancel = make("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  dialog.replaceChildren(
    make(
      "form",
      { onsubmit: submit },
      make("h2", { id: "dialog-title", tabindex: -1, autofocus: true }, title),
      ...content,
      failure,
      make("div", { class: "actions" }, button, cancel),
    ),
  );
  dialog.showModal();
}
