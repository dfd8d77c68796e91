// @ts-check
/// <reference lib="dom" />
import { get, service } from "./api.js";
import { byId, make } from "./dom.js";

/** After this a service that does not answer has ended. */
const PATIENCE_MILLISECONDS = 4000;
const RETRY_MILLISECONDS = 2000;

/**
 * Listens to the service as long as the page is looked at: a browser has only six connections to share between all of
 * a service's pages. Shows whether it is there.
 */
export class Connection {
  #moved;
  #found;
  /** @type {EventSource | undefined} */
  #events;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #giveUp;
  /** @type {"new" | "there" | "lost"} */
  #state = "new";
  #isOn = false;

  /**
   * @param {(state: import("./move_panel.js").MoveState) => void} moved told about migrations
   * @param {() => void} found called when the service is there, at first and again
   */
  constructor(moved, found) {
    this.#moved = moved;
    this.#found = found;
    service.addEventListener("lost", () => this.#lose());
    document.addEventListener("visibilitychange", () => this.#isOn && this.listen());
    self.addEventListener("pagehide", () => this.#events?.close());
    self.addEventListener("pageshow", ({ persisted }) => persisted && this.#isOn && this.listen());
  }

  /** Does not listen any more, for the service lets the page in no longer. */
  stop() {
    this.#isOn = false;
    this.#state = "new";
    clearTimeout(this.#retry);
    clearTimeout(this.#giveUp);
    this.#events?.close();
    this.#show("No access", "warn");
  }

  listen() {
    clearTimeout(this.#retry);
    this.#events?.close();
    this.#isOn = true;
    if (this.#state === "new") this.#show("Connecting…", "");
    if (document.hidden) return;
    const events = new EventSource("/api/migration/events");
    this.#events = events;
    events.addEventListener("state", ({ data }) => {
      this.#find();
      this.#moved(JSON.parse(data));
    });
    events.addEventListener("error", () => {
      this.#lose();
      get("/api/migration").catch(() => {}); // tells whether it only wants the token again
    });
  }

  #find() {
    if (this.#state === "there") return;
    this.#state = "there";
    clearTimeout(this.#giveUp);
    byId("lost").replaceChildren();
    this.#show("Connected", "good");
    this.#found();
  }

  #lose() {
    clearTimeout(this.#retry);
    if (!this.#isOn) return;
    this.#retry = setTimeout(() => this.listen(), RETRY_MILLISECONDS);
    if (this.#state === "lost") return;
    this.#state = "lost";
    this.#show("Reconnecting…", "warn");
    this.#giveUp = setTimeout(() => {
      this.#show("Service ended", "bad");
      byId("lost").replaceChildren(
        make(
          "div",
          { class: "notice bad" },
          make(
            "p",
            {},
            make("strong", {}, "The service has ended."),
            " What you see is as it was; everything that was stored is safe.",
          ),
          make(
            "p",
            {},
            "Start it with ",
            make("code", {}, "usync-db serve"),
            ". This page goes on as soon as it answers here.",
          ),
        ),
      );
    }, PATIENCE_MILLISECONDS);
  }

  /**
   * @param {string} text
   * @param {string} kind
   */
  #show(text, kind) {
    const element = byId("connection");
    element.textContent = text;
    element.className = `connection ${kind}`;
  }
}
