import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { StoredBlock } from "../store/packed_batch.ts";
import type { FileRow } from "./file_row.ts";
import { QUERIES } from "./queries.ts";

/** A row of `blocks`. */
export interface BlockRow extends StoredBlock {
  id: number;
  file: number;
}

/** A file as it is stored. `blocks` throws where they cannot be read. */
export interface StoredFile {
  row: FileRow;
  blocks: () => BlockRow[];
}

/** Files, and blocks, that are read by one query: each query takes as long as several blocks. */
const MOST_FILES = 256, MOST_BLOCKS = 512;

/** Reads the blocks of files, of many files at a time. */
export class StoredFiles {
  #ofFile: StatementSync;
  #ofFiles: StatementSync;

  constructor(db: DatabaseSync) {
    this.#ofFile = db.prepare(QUERIES.storedBlocks);
    this.#ofFiles = db.prepare(QUERIES.storedBlocksOfFiles);
  }

  /** The files of rows, in their order, with their blocks. */
  *read(rows: Iterable<FileRow>): Generator<StoredFile> {
    let group: FileRow[] = [], blocks = 0;
    for (const row of rows) {
      if (group.length > 0 && (group.length === MOST_FILES || blocks + row.blocks > MOST_BLOCKS)) {
        yield* this.#readGroup(group);
        [group, blocks] = [[], 0];
      }
      group.push(row);
      blocks += row.blocks;
    }
    yield* this.#readGroup(group);
  }

  *#readGroup(group: FileRow[]): Generator<StoredFile> {
    const found = group.length > 1 ? this.#blocksOf(group) : undefined;
    for (let i = 0, at = 0; i < group.length; i++) {
      const row = group[i], start = at, end = row.first_block + row.blocks;
      while (found && at < found.length && found[at].place_in_group === i) at++;
      const blocks = found?.slice(start, at);
      yield { row, blocks: () => blocks ?? this.#ofFile.all(row.first_block, end) as unknown as BlockRow[] };
    }
  }

  /** Undefined when not all can be read: then each file is read for itself, to see which it is. */
  #blocksOf(group: FileRow[]): GroupedRow[] | undefined {
    const ranges = group.map(({ first_block, blocks }) => [first_block, first_block + blocks]);
    try {
      return this.#ofFiles.all(JSON.stringify(ranges)) as unknown as GroupedRow[];
    } catch {
      return undefined;
    }
  }
}

/** A block of one of several files, with the place of the file among them. */
interface GroupedRow extends BlockRow {
  place_in_group: number;
}
