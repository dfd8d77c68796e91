/** Runs changes to the same files one after the other, in the order they were asked for, and all others side by side. */
export class InOrder {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(fileIds: Iterable<string>, change: () => Promise<T>): Promise<T> {
    const ids = [...new Set(fileIds)];
    const before = ids.map((id) => this.#last.get(id)).filter((change) => change !== undefined);
    const done = before.length === 0 ? change() : Promise.allSettled(before).then(change);
    const settled = done.catch(() => {}).then(() => {
      for (const id of ids) if (this.#last.get(id) === settled) this.#last.delete(id);
    });
    for (const id of ids) this.#last.set(id, settled);
    return done;
  }
}
