import assert from "node:assert/strict";
import { UsyncError } from "../../src/domain/errors.ts";
import type { FolderStore } from "../support/folder_store.ts";
import type { FileRecord, FileSummary, Segment } from "../../src/domain/records.ts";
import type { VerifyReport } from "../../src/store/store.ts";
import { allOf } from "../support/records_of.ts";
import type { Damage } from "./damage.ts";

/** What a sound store answers: by question, JSON; lists as one for each item. */
export type Answers = Map<string, string | string[]>;

type Ask = (store: FolderStore) => Promise<unknown>;

/** Questions of every kind about files. */
export function questionsAbout(records: FileRecord[], words: string[]): Map<string, Ask> {
  const questions = new Map<string, Ask>();
  for (const { file_id, segments } of records) {
    questions.set(`file ${file_id}`, (store) => store.file(file_id));
    questions.set(`record ${file_id}`, (store) => store.record(file_id));
    questions.set(`segments ${file_id}`, (store) => store.segments(file_id, { limit: 50 }));
    for (const { message_id } of segments.filter((_, i) => i % 30 === 0)) {
      if (message_id === null) continue;
      questions.set(`find ${message_id}`, async (store) => (await store.findSegments(message_id)).found);
      questions.set(`lookup ${message_id}`, async (store) => (await store.findMessageId(message_id)) ?? []);
    }
  }
  for (const word of words) questions.set(`search ${word}`, async (store) => (await store.search(word)).files);
  for (const folder of new Set(records.map(({ folder }) => folder?.folder_id ?? ""))) {
    questions.set(`folder ${folder}`, (store) => store.files({ folder }));
  }
  questions.set("files", (store) => store.files({ limit: 1000 }));
  questions.set("newest", async (store) => (await store.newest({ limit: 1000 })).files);
  questions.set("folders", (store) => store.folders());
  questions.set("pending", (store) => store.pending({ limit: 1000 }));
  questions.set("stream", (store) => allOf(store));
  questions.set("totals", async (store) => {
    const { database_bytes: _, ...counts } = await store.totals();
    return counts;
  });
  return questions;
}

/** What a store answers, or the error. */
export async function ask(store: FolderStore, question: Ask): Promise<string | string[] | Error> {
  try {
    const answer = await question(store);
    return Array.isArray(answer)
      ? answer.map((item: FileSummary | Segment | FileRecord) => JSON.stringify(item))
      : JSON.stringify(answer) ?? "nothing";
  } catch (error) {
    return error as Error;
  }
}

/** What is added up of rows, none of which is checked for it. */
const SUMS = new Set(["totals", "folders"]);

/**
 * Checks what a damaged store says of itself: `verify` ends and blames nobody who has nothing to do with it; every answer is
 * the one that a sound store gives, or an error that a user can act on. Where something is known to be wrong an answer may
 * lack what an index has lost, and sums may be wrong; what it has is true.
 */
export async function checkDamaged(
  store: FolderStore,
  damage: Damage,
  questions: Map<string, Ask>,
  expected: Answers,
): Promise<VerifyReport> {
  const report = await store.verify(), { problems } = report;
  if (damage.concerned) {
    const innocent = problems.filter(({ file_id }) => file_id !== undefined && !damage.concerned!.includes(file_id));
    assert.ok(innocent.length === 0, `${damage.what}: somebody else is blamed: ${JSON.stringify(innocent[0])}`);
  }
  for (const [name, question] of questions) {
    const answer = await ask(store, question), right = expected.get(name)!;
    if (answer instanceof Error) {
      assert.ok(answer instanceof UsyncError, `${damage.what}: ${name} throws ${answer.stack}`);
      assert.ok(problems.length > 0, `${damage.what}: ${name} fails (${answer.message}), and verify finds nothing`);
    } else if (problems.length === 0) {
      const isRight = JSON.stringify(answer) === JSON.stringify(right);
      assert.ok(isRight, `${damage.what}: verify finds nothing, and ${name} gives ${short(answer)}`);
    } else if (!SUMS.has(name) && answer !== "nothing") {
      // An index that is damaged may lead to files that were not asked for; what it says of them is true.
      const known = new Set([right, name.startsWith("search ") ? expected.get("files")! : []].flat());
      const items = [answer].flat();
      const wrong = items.filter((item) => !known.has(item));
      assert.ok(wrong.length === 0, `${damage.what}: ${name} gives what was never stored: ${short(wrong)}`);
    }
  }
  return report;
}

/** Short enough for a message. */
function short(answer: string | string[]): string {
  return JSON.stringify(answer).slice(0, 400);
}
