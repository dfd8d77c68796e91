/** The `<meta type="…">` entries of an NZB's `<head>`: a type that is there several times has a list. */
export type NzbHead = { [type: string]: string | string[] };

/** The name of the attribute by which a `<file>` carries its own head, as JSON, when that is not the document's. */
export const HEAD_ATTRIBUTE = "usync:head";

/** The namespace of such attributes. */
export const NAMESPACE = "urn:usync-db:nzb";

/** Collects entries in the order in which they came. */
export class HeadEntries {
  #entries = new Map<string, string | string[]>();

  add(type: string, value: string): void {
    const before = this.#entries.get(type);
    if (Array.isArray(before)) before.push(value);
    else this.#entries.set(type, before === undefined ? value : [before, value]);
  }

  /** All entries so far, null when there are none. */
  head(): NzbHead | null {
    return this.#entries.size === 0 ? null : Object.fromEntries(this.#entries);
  }
}

/** Whether a head has all entries of another. */
export function hasEntries(head: NzbHead | null, entries: NzbHead | null): boolean {
  return Object.entries(entries ?? {}).every(([type, value]) => isSameEntry(head?.[type], value));
}

function isSameEntry(a: string | string[] | undefined, b: string | string[] | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Finds the entries that several heads share. */
export class CommonHead {
  #shared: [string, string | string[]][] | undefined;

  add(head: NzbHead | null): void {
    const shared = this.#shared ?? Object.entries(head ?? {});
    this.#shared = shared.filter(([type, value]) => isSameEntry(head?.[type], value));
  }

  /** Whether nothing is shared any more. */
  get isEmpty(): boolean {
    return this.#shared?.length === 0;
  }

  /** The shared entries, in the order of the first head; null when there are none. */
  head(): NzbHead | null {
    return this.#shared === undefined || this.isEmpty ? null : Object.fromEntries(this.#shared);
  }
}

/** A value as a head: itself when it has that shape and an entry, null otherwise. */
export function asHead(value: unknown): NzbHead | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const values = Object.values(value);
  const isText = (item: unknown) => typeof item === "string";
  return values.length > 0 && values.every((item) => isText(item) || Array.isArray(item) && item.every(isText))
    ? value as NzbHead
    : null;
}
