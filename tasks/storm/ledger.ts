import assert from "node:assert/strict";
import { checkRecord } from "../../src/domain/check_record.ts";
import { compareTexts } from "../../src/domain/compare_texts.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import type { SegmentUpdate } from "../../src/store/store.ts";
import { askModel, type Operation } from "../../tests/support/operations.ts";
import { ModelStore } from "../../tests/support/model_store.ts";
import { filesOf, isMove, isWrite, type Move, type Step } from "./step.ts";

/** Which files a step has to do with: these, all, or none. */
export function touches(step: Step): string[] | "all" {
  switch (step.kind) {
    case "putFiles":
    case "failingLoad":
    case "load":
    case "import":
      return filesOf(step)!.map(({ file_id }) => file_id);
    case "putFile":
      return [step.file.file_id];
    case "updateSegments":
      return step.updates.map(({ file_id }) => file_id);
    case "deleteFile":
    case "record":
    case "file":
    case "segments":
      return [step.file_id];
    case "verify":
    case "optimize":
    case "migrate":
    case "migrateBack":
    case "discardOld":
      return [];
    default:
      return "all";
  }
}

/** What a store must hold, with the files of which it is not known whether their last change was done. */
export class Ledger {
  readonly model = new ModelStore();
  /** What a file may be, by its id; undefined is: not there. */
  #doubts = new Map<string, (FileRecord | undefined)[]>();

  get doubts(): number {
    return this.#doubts.size;
  }

  /** What must be answered to a step that was done. */
  answer(step: Exclude<Step, Move>): unknown {
    const operation: Operation = step.kind === "load" || step.kind === "import"
      ? { kind: "putFiles", files: filesOf(step)! }
      : step;
    return askModel(this.model, operation);
  }

  /** A step was asked for and not answered: each of its files is as before, or as it makes it. */
  doubt(step: Step): void {
    if (step.kind === "deleteFile") this.#mayBe(step.file_id, undefined);
    else if (step.kind === "updateSegments") {
      for (const [fileId, updates] of Map.groupBy(step.updates, ({ file_id }) => file_id)) {
        this.#mayBe(fileId, this.#updated(fileId, updates));
      }
    } else if (isWrite(step) && step.kind !== "failingLoad") {
      for (const file of filesOf(step)!) this.#mayBe(file.file_id, checkRecord(file));
    }
  }

  #mayBe(fileId: string, state: FileRecord | undefined): void {
    const states = this.#doubts.get(fileId) ?? [this.model.record(fileId)];
    this.#doubts.set(fileId, [...states, state]);
  }

  #updated(fileId: string, updates: SegmentUpdate[]): FileRecord | undefined {
    const before = this.model.record(fileId), scratch = new ModelStore();
    if (before) scratch.put(structuredClone(before));
    scratch.update(updates);
    return scratch.record(fileId);
  }

  /** Compares everything that a store holds, in its order; what was in doubt is then known. */
  async settle(stream: AsyncIterable<FileRecord>): Promise<void> {
    const found = new Map<string, FileRecord>();
    let last: string | undefined;
    for await (const record of stream) {
      assert.ok(last === undefined || compareTexts(last, record.file_id) < 0, `${record.file_id} is out of order`);
      found.set(last = record.file_id, record);
    }
    for (const [fileId, states] of this.#doubts) {
      const there = found.get(fileId);
      const name = JSON.stringify(fileId);
      assert.ok(
        states.some((state) => isSame(state, there)),
        `the file ${name} is neither as before nor as a step that was not answered makes it: ${JSON.stringify(there)}`,
      );
      if (there) this.model.put(there);
      else this.model.delete(fileId);
    }
    this.#doubts.clear();
    for (const record of this.model.records()) {
      const there = found.get(record.file_id);
      assert.ok(there, `the file ${JSON.stringify(record.file_id)} is missing`);
      if (!isSame(record, there)) assert.deepEqual(there, record, `the file ${JSON.stringify(record.file_id)}`);
      found.delete(record.file_id);
    }
    assert.deepEqual([...found.keys()], [], "files that were deleted or never stored are there");
  }
}

function isSame(a: FileRecord | undefined, b: FileRecord | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether two steps must not run at the same time, since the answers would depend on which is first. */
export function conflict(a: Step, b: Step): boolean {
  if (isMove(a) && isMove(b)) return true;
  if (!isWrite(a) && !isWrite(b)) return false;
  const [ofA, ofB] = [touches(a), touches(b)];
  if (ofA === "all" || ofB === "all") return true; // a question about everything, and a write
  const ids = new Set(ofA);
  return ofB.some((id) => ids.has(id));
}
