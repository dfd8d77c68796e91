import { type BlockOutline, readBlock, readOutline, sealOf } from "../blocks/block.ts";
import { PlaceOrder } from "../blocks/place_order.ts";
import { messageOf } from "../domain/errors.ts";
import { checkHead, type FlatHead, flatHead, parseHeadText } from "../domain/file_fields.ts";
import { headCheck } from "../domain/file_head.ts";
import { isPending, type Segment } from "../domain/records.ts";
import type { SegmentCounts, StoredBlock } from "./packed_batch.ts";

/** A file as a tier has stored it, for all tiers to be checked by the same rules. */
export interface FileToCheck<Block extends StoredBlock = StoredBlock> {
  /** What its row is found by. */
  file_id: string;
  head: FlatHead;
  /** What `headText` gives of the head, and the checksum that is kept with it. */
  text: string;
  check: number;
  /** What its row says of its blocks. */
  counts: SegmentCounts;
  blocks: Block[];
}

/** The head that a text stands for, for what checks it: one that is no head at all is an empty one. */
export function uncheckedHead(text: string): FlatHead {
  try {
    return flatHead(parseHeadText(text));
  } catch {
    return { ...flatHead(checkHead({ file_id: "none", path: "", name: "", size: 0 })), file_id: "" };
  }
}

/**
 * Checks that a file is what was once stored: its head by its checksum; each block by its own, which belongs to this file
 * alone, and by the place and the pending segments that its row says; the order of the segments; the counts of its row.
 * `tell` is told what is wrong; `each` is given every block that can be read. Never throws.
 */
export function checkFile<Block extends StoredBlock>(
  file: FileToCheck<Block>,
  tell: (what: string) => void,
  each: (block: Block, outline: BlockOutline) => void,
): void {
  checkFileRow(file, tell);
  const rules = new BlockRules(tell), seal = sealOf(file.file_id);
  for (const block of file.blocks) {
    let outline: BlockOutline;
    try {
      outline = readOutline(block.data, seal);
    } catch (error) {
      tell(`the block ${block.redundancy}:${block.place} is damaged: ${messageOf(error)}`);
      continue;
    }
    const { posted, indexes, redundancies, statuses } = outline;
    let pending = 0;
    for (let i = 0; i < indexes.length; i++) {
      rules.place(redundancies[i], indexes[i]);
      if (isPending(statuses[i])) pending++;
    }
    const first = { redundancy: redundancies[0], index: indexes[0] };
    rules.block(block, first, { segments: indexes.length, posted, pending });
    each(block, outline);
  }
  rules.end(file.counts);
}

/** The segments of a file, checked as `checkFile` does. Throws a `RangeError` that says what is wrong. */
export function readSegments(file: FileToCheck): Segment[] {
  checkFileRow(file, fail);
  const all: Segment[] = [], rules = new BlockRules(fail), seal = sealOf(file.file_id);
  for (const block of file.blocks) {
    const segments = readBlock(block.data, seal), counts = { segments: segments.length, posted: 0, pending: 0 };
    for (const segment of segments) {
      rules.place(segment.redundancy, segment.index);
      if (segment.message_id !== null) counts.posted++;
      if (isPending(segment.status)) counts.pending++;
      all.push(segment);
    }
    rules.block(block, segments[0], counts);
  }
  rules.end(file.counts);
  return all;
}

/** The segments of a block that lies at a place of a file. Throws a `RangeError` when it is damaged, or of another place. */
export function readBlockAt(
  { data, redundancy, place }: Pick<StoredBlock, "data" | "redundancy" | "place">,
  seal: number,
): Segment[] {
  const segments = readBlock(data, seal), [first] = segments;
  if (first.redundancy === redundancy && first.index === place) return segments;
  throw new RangeError(`the block ${redundancy}:${place} has the wrong place`);
}

function fail(what: string): never {
  throw new RangeError(what);
}

function checkFileRow({ file_id, head, text, check }: FileToCheck, tell: (what: string) => void): void {
  if (headCheck(text) !== check) tell("its row does not match its checksum");
  else if (head.file_id !== file_id) tell("its head is another file's");
}

/** What holds between the blocks of a file and the rows that tell of them. */
class BlockRules {
  readonly #tell: (what: string) => void;
  readonly #order = new PlaceOrder();
  readonly #found: SegmentCounts = { segments: 0, posted: 0, pending: 0 };
  #isOrdered = true;

  constructor(tell: (what: string) => void) {
    this.#tell = tell;
  }

  place(redundancy: number, index: number): void {
    if (!this.#order.next(redundancy, index)) this.#isOrdered = false;
  }

  /** `first`: the block's first segment. `counts`: what it holds. */
  block(row: StoredBlock, first: { redundancy: number; index: number }, counts: SegmentCounts): void {
    const name = `the block ${row.redundancy}:${row.place}`;
    if (first.redundancy !== row.redundancy || first.index !== row.place) this.#tell(`${name} has the wrong place`);
    if (counts.pending !== row.pending) this.#tell(`${name} counts its pending segments wrongly`);
    this.#found.segments += counts.segments;
    this.#found.posted += counts.posted;
    this.#found.pending += counts.pending;
  }

  end({ segments, posted, pending }: SegmentCounts): void {
    const found = this.#found;
    if (!this.#isOrdered) this.#tell("its segments are out of order");
    if (found.segments === segments && found.posted === posted && found.pending === pending) return;
    this.#tell(
      `it has ${found.segments} segments (${found.posted} posted, ${found.pending} pending), its row says ` +
        `${segments} (${posted}, ${pending})`,
    );
  }
}
