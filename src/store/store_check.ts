import type { BlockOutline } from "../blocks/block.ts";
import { messageOf } from "../domain/errors.ts";
import { fileWords } from "../domain/search_words.ts";
import { DIGEST_BUCKETS, type DigestReport } from "./backend.ts";
import { EntrySum } from "./entry_sum.ts";
import { checkFile, type FileToCheck } from "./file_check.ts";
import { digestBucket, fileDigest } from "./file_digest.ts";
import type { StoredBlock } from "./packed_batch.ts";
import { shardOf } from "./placement.ts";

/** Problems that are told one by one. */
const MAX_PROBLEMS = 1000;

/** What a row of `totals` says, as texts, since a sum of sizes may be more than a number holds; `part` is whose totals it has. */
export interface TotalsText {
  part: number;
  files: string;
  segments: string;
  posted: string;
  pending: string;
  content_bytes: string;
}

/** What files add up to. */
export interface Sums {
  files: number;
  segments: number;
  posted: number;
  pending: number;
  content_bytes: bigint;
}

/**
 * What holds in a store, whatever its tier:
 *
 * - every file is sound (see `checkFile`), and lies in the shard that its `file_id` says;
 * - `totals` has one row for every part of the store, which says what the files of that part add up to;
 * - every block is a file's;
 * - the index of Message-IDs has the hashes of every block, with its id, and nothing else;
 * - search knows every file by its words and nothing else, newest first.
 *
 * A tier gives each file, then what its tables hold in sum. A folder without files is no damage: deleting a file leaves it.
 */
export class StoreCheck {
  readonly report: DigestReport = { files: 0, segments: 0, problems: [], digests: new BigUint64Array(DIGEST_BUCKETS) };
  /** What the index of Message-IDs must hold: it is for the tier to add the entries of each block. */
  readonly entries: EntrySum = new EntrySum();
  readonly #where: string;
  readonly #parts: Sums[];
  #blocks = 0;
  /** Whether every file was sound: only then can indexes be compared with what the files hold. */
  #isSound = true;

  /** `where`: what problems say. `parts`: how many rows `totals` has; a file belongs to the one its `file_id` says. */
  constructor(where: string, parts = 1) {
    this.#where = where;
    this.#parts = Array.from({ length: parts }, () => noSums());
  }

  problem(what: string, file_id?: string): void {
    const { problems } = this.report;
    if (file_id !== undefined) this.#isSound = false;
    if (problems.length < MAX_PROBLEMS) {
      problems.push({ where: this.#where, ...(file_id !== undefined && { file_id }), what });
    }
  }

  /** Checks a file; `each` is given its blocks. Returns the words that search must know it by. */
  addFile<Block extends StoredBlock>(
    file: FileToCheck<Block>,
    each: (block: Block, outline: BlockOutline) => void,
  ): string[] {
    const { file_id, head, text, counts, blocks } = file, subjects = new Set<string>();
    this.report.digests[digestBucket(file_id)] += fileDigest(text, blocks);
    checkFile(file, (what) => this.problem(what, file_id), (block, outline) => {
      for (const subject of outline.subjects) {
        if (subject !== null && subject !== head.subject) subjects.add(subject);
      }
      each(block, outline);
    });
    this.#blocks += blocks.length;
    this.addRow(file_id, counts, head.size);
    return fileWords(head, subjects);
  }

  /** Counts a file of which only the row is read. */
  addRow(
    fileId: string,
    { segments, posted, pending }: { segments: number; posted: number; pending: number },
    size: number,
  ): void {
    const sums = this.#parts[shardOf(fileId, this.#parts.length)];
    sums.files++;
    sums.segments += segments;
    sums.posted += posted;
    sums.pending += pending;
    sums.content_bytes += BigInt(size);
    this.report.files++;
    this.report.segments += segments;
  }

  checkTotals(rows: TotalsText[]): void {
    for (const { part } of rows) {
      if (!(part in this.#parts)) this.problem(`the totals have a row too many, of part ${part}`);
    }
    for (const [part, sums] of this.#parts.entries()) {
      const found = rows.filter((row) => row.part === part), of = this.#parts.length === 1 ? "" : ` of part ${part}`;
      if (found.length !== 1) {
        this.problem(`the totals${of} have ${found.length} rows instead of one`);
        continue;
      }
      for (const what of differences(found[0], sums)) this.problem(`the totals${of} ${what}`);
    }
  }

  /** `found`: how many blocks there are. */
  checkBlocks(found: number): void {
    if (found !== this.#blocks) this.problem(`there are ${found} blocks, the files have ${this.#blocks}`);
  }

  get isSound(): boolean {
    return this.#isSound;
  }

  /** `found`: what the index of Message-IDs holds. */
  checkEntries(found: { count: number; sum: number }): void {
    if (!this.#isSound || this.entries.equals(found)) return;
    this.problem(
      `the index of Message-IDs has ${found.count} entries, or other ones than the ${this.entries.count} it must have`,
    );
  }

  /** Runs a part of the check; what it cannot read is a problem, too. */
  try(check: () => void, fileId?: string): void {
    try {
      check();
    } catch (error) {
      this.problem(`it cannot be read: ${messageOf(error)}`, fileId);
    }
  }
}

/** How totals differ from what they must say. */
export function differences(
  totals: Omit<TotalsText, "part">,
  sums: Record<keyof Sums, string | number | bigint>,
): string[] {
  return (["files", "segments", "posted", "pending", "content_bytes"] as const).flatMap((key) =>
    totals[key] === `${sums[key]}` ? [] : [`say ${totals[key]} for ${key}, there are ${sums[key]}`]
  );
}

function noSums(): Sums {
  return { files: 0, segments: 0, posted: 0, pending: 0, content_bytes: 0n };
}
