import { isPermitted } from "../files/permitted.ts";
import type { Session } from "../session/session.ts";
import { settingOf } from "../store/settings.ts";
import type { ChangeFeed } from "./change_feed.ts";

/** Milliseconds after which the inbox is looked at although nothing was told: watchers miss things on network drives. */
const LOOK_EVERY = 20_000;
/** Milliseconds after something was told of the inbox: more comes mostly. */
const LOOK_SOON = 1000;

/** Looks at the inbox of a store while a service runs: when the system tells of a change there, and from time to time. */
export class InboxWatch {
  readonly #session: Session;
  readonly #changes: ChangeFeed;
  readonly #lookEvery: number;
  readonly #end = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  /** What the system tells of changes with, and of which folder. */
  #watcher: Deno.FsWatcher | undefined;
  #watched = "";
  #looking: Promise<void> = Promise.resolve();
  #stopListening: () => void;

  constructor(session: Session, changes: ChangeFeed, lookEvery = LOOK_EVERY) {
    [this.#session, this.#changes, this.#lookEvery] = [session, changes, lookEvery];
    this.#stopListening = changes.listen(() => void this.#follow());
    this.#lookIn(0);
  }

  /** Looks then, unless a look is due before. */
  #lookIn(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#end.signal.aborted || due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      this.#looking = this.#look();
    }, milliseconds);
  }

  async #look(): Promise<void> {
    await this.#follow();
    const before = (await this.#session.imports())[0];
    const again = await this.#session.lookAtInbox(this.#end.signal);
    if ((await this.#session.imports())[0] !== before) this.#changes.note();
    this.#lookIn(Math.min(again ?? this.#lookEvery, this.#lookEvery));
  }

  /** Watches the folder of the settings, where it can be watched. */
  async #follow(): Promise<void> {
    const folder = settingOf(await this.#session.settings(), "inbox");
    if (folder === this.#watched || this.#end.signal.aborted) return;
    this.#watcher?.close();
    [this.#watcher, this.#watched] = [undefined, ""];
    if (folder === "" || !await isPermitted(folder)) return;
    try {
      this.#watcher = Deno.watchFs(folder, { recursive: false });
    } catch {
      return; // not there, not allowed, or a drive that tells nothing: it is looked at from time to time
    }
    this.#watched = folder;
    void this.#listen(this.#watcher);
    this.#lookIn(LOOK_SOON);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) if (kind !== "access") this.#lookIn(LOOK_SOON);
    } catch {
      // the folder is gone
    }
    if (watcher === this.#watcher) this.#watched = ""; // the next look tries again
  }

  /** Breaks off an import of the inbox that runs, and waits for its end. */
  async close(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    this.#stopListening();
    this.#watcher?.close();
    await this.#looking;
  }
}
