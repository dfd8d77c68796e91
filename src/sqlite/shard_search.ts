import { compareTexts } from "../domain/compare_texts.ts";
import { LAST_SECOND } from "../domain/file_head.ts";
import type { FileSummary } from "../domain/records.ts";
import { type SearchTerm, searchTerms } from "../domain/search_words.ts";
import { type SearchPosition, searchPosition } from "../store/search_cursor.ts";
import { keysOf, remainingTerms, type SearchQuery } from "../store/search_query.ts";
import type { FileRow } from "./file_row.ts";
import { QUERIES } from "./queries.ts";
import { type SearchGroup, searchGroup } from "./search_index.ts";

/** A file found by a search, by its number in the shard. */
export interface FoundFile extends SearchGroup {
  file: number;
}

/** The last group that there can be. */
const LAST_GROUP: SearchGroup = { age: LAST_SECOND, hash: 2 ** 22 - 1 };

/** What a search needs of its shard's reader. */
interface SearchedShard {
  all<T>(sql: string, ...values: (string | number)[]): T[];
  /** The file of an id, and those that have segments of an internal subject. */
  filesOfKey(key: string): FileRow[];
  foundFiles(found: FoundFile[]): FileSummary[];
}

/** Searches one shard. */
export class ShardSearch {
  readonly #shard: SearchedShard;

  constructor(shard: SearchedShard) {
    this.#shard = shard;
  }

  /**
   * Files that a search finds, after a cursor, up to a group: the first `limit`, and all others of the last one's group.
   * By second and hash in the order of a search, those of one group in any order. Use it in a snapshot.
   */
  words(
    query: SearchQuery,
    limit: number,
    after: SearchPosition | undefined,
    upTo: SearchGroup = LAST_GROUP,
  ): FoundFile[] {
    const terms = searchTerms(query.parts);
    const found = terms.length === 0 ? [] : this.#page(terms, limit, after, upTo);
    const known = new Set(found.map(({ file }) => file)), first = after && searchGroup(after);
    const byId = this.#byIds(query).filter((file) =>
      !known.has(file.file) && compareGroups(file, upTo) <= 0 && (!first || this.#isAfter(file, first, after!))
    );
    return byId.length === 0 ? found : [...found, ...byId].sort(compareGroups);
  }

  /** All files, as `words` gives those that it finds. */
  newest(limit: number, after: SearchPosition | undefined, upTo: SearchGroup = LAST_GROUP): FoundFile[] {
    return this.#page(undefined, limit, after, upTo);
  }

  /** Files that parts of a query are ids of, with the words of the other parts. */
  #byIds(query: SearchQuery): FoundFile[] {
    const keysOfFile = new Map<number, Set<string>>(), groups = new Map<number, SearchGroup>();
    for (const key of keysOf(query)) {
      for (const row of this.#shard.filesOfKey(key)) {
        groups.set(row.id, searchGroup(searchPosition(row.file_id, row.created_at)));
        keysOfFile.set(row.id, (keysOfFile.get(row.id) ?? new Set()).add(key));
      }
    }
    const found = [...groups].map(([file, group]): FoundFile => ({ file, ...group }));
    return found.filter((one) => {
      const terms = remainingTerms(query, keysOfFile.get(one.file)!);
      return terms.length === 0 || this.#matches(terms, one, one, -1).some(({ file }) => file === one.file);
    });
  }

  /** What `words` gives of the files that hold all terms; of all files where there are none. */
  #page(
    terms: SearchTerm[] | undefined,
    limit: number,
    after: SearchPosition | undefined,
    upTo: SearchGroup,
  ): FoundFile[] {
    const first = after ? searchGroup(after) : { age: 0, hash: 0 };
    const most = limit + (after ? this.#groupSize(first) : 0);
    const found = this.#matches(terms, first, upTo, most), last = found.at(-1);
    if (last && found.length >= most && this.#groupSize(last) > 1) {
      while (found.length > 0 && compareGroups(found[found.length - 1], last) === 0) found.pop();
      for (const file of this.#matches(terms, last, last, -1)) found.push(file);
    }
    return after ? found.filter((file) => this.#isAfter(file, first, after)) : found;
  }

  /** Files with all terms, from a group to a group. */
  #matches(terms: SearchTerm[] | undefined, from: SearchGroup, to: SearchGroup, limit: number): FoundFile[] {
    if (!terms) return this.#shard.all(QUERIES.newest, from.age, from.hash, to.age, to.hash, limit);
    const match = terms.map(({ word, prefix }) => `"${word}"${prefix ? "*" : ""}`).join(" AND ");
    return this.#shard.all(QUERIES.search, match, from.age, from.hash, to.age, to.hash, limit);
  }

  /** Whether a file comes after a cursor, whose group is `first`. */
  #isAfter(one: FoundFile, first: SearchGroup, after: SearchPosition): boolean {
    return compareGroups(one, first) > 0 || compareGroups(one, first) === 0 &&
        this.#shard.foundFiles([one]).some((file) => compareTexts(file.file_id, after.file_id) > 0);
  }

  #groupSize({ age, hash }: SearchGroup): number {
    return this.#shard.all<{ files: number }>(QUERIES.searchGroupSize, age, hash)[0].files;
  }
}

/** The order of groups in a search. */
export function compareGroups(a: SearchGroup, b: SearchGroup): number {
  return a.age - b.age || a.hash - b.hash;
}
