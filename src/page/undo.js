// @ts-check
/// <reference lib="dom" />
import { byId, errorNotice, make } from "./dom.js";

const UNDO_SECONDS = 10;

/** What is still to be done. @type {{ run: () => unknown } | undefined} */
let waiting;

/**
 * Says what will be done, and does it after ten seconds unless the user takes it back. Whatever waits already is done at once; what
 * waits when the page is left is not done.
 * @param {string} what such as "Delete 3 files"
 * @param {() => Promise<unknown>} act
 * @param {() => void} undone called when it was taken back, or has failed
 */
export function actUnlessUndone(what, act, undone) {
  waiting?.run();
  const box = byId("undo"), count = make("span", {}, String(UNDO_SECONDS));
  const end = () => {
    clearInterval(timer);
    if (waiting === mine) [waiting, box.hidden] = [undefined, true];
  };
  const run = async () => {
    end();
    try {
      await act();
    } catch (error) {
      undone();
      box.replaceChildren(errorNotice(/** @type {import("./api.js").ServiceError} */ (error)));
      box.hidden = false;
    }
  };
  const mine = { run };
  let left = UNDO_SECONDS;
  const timer = setInterval(() => {
    count.textContent = String(--left);
    if (left <= 0) run();
  }, 1000);
  const undo = make("button", { type: "button", onclick: () => (end(), undone()) }, "Undo");
  box.replaceChildren(make("span", {}, `${what} in `, count, "\u00a0s."), undo);
  box.hidden = false;
  waiting = mine;
}
