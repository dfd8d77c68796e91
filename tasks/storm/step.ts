import type { FileRecord } from "../../src/domain/records.ts";
import type { MoveReport, Shape } from "../../src/mod.ts";
import type { Session } from "../../src/session/session.ts";
import type { PutCounts, Tier } from "../../src/store/store.ts";
import { askStore, type Operation } from "../../tests/support/operations.ts";
import { generateFiles, type Kind } from "../generator/generate_files.ts";

/** Files of the generator; another `version` gives the same files with other content. */
export interface Generated {
  seed: number;
  segments: number;
  files: Kind;
  version: number;
}

/**
 * What a storm does to a store. `import`: the file at `path`, of which `files` must come. `server`: the one that is named
 * by its address, or that of the data folder.
 */
export type Step =
  | Operation
  | { kind: "load"; generated: Generated }
  | { kind: "import"; path: string; files: FileRecord[] }
  | { kind: "migrate"; tier: Tier; shards: number; server?: "named" | "own" }
  | { kind: "migrateBack" }
  | { kind: "discardOld" };

export type Move = Extract<Step, { kind: "migrate" | "migrateBack" | "discardOld" }>;

const cache = new Map<string, FileRecord[]>();

/** The files that are meant; they are shared and must not be changed. */
export function generatedFiles({ seed, segments, files: kind, version }: Generated): FileRecord[] {
  const key = `${seed} ${segments} ${kind} ${version}`;
  let files = cache.get(key);
  if (!files) {
    files = [...generateFiles({ segments, seed, kind })];
    if (version > 0) files = files.map((file) => ({ ...file, meta: { ...file.meta, version } }));
    cache.set(key, files);
  }
  return files;
}

export function isMove(step: Step): step is Move {
  return step.kind === "migrate" || step.kind === "migrateBack" || step.kind === "discardOld";
}

const WRITES: Step["kind"][] = [
  ...["putFile", "putFiles", "failingLoad", "updateSegments", "deleteFile", "load", "import"] as const,
];

/** The files that a step brings; undefined when it brings none. */
export function filesOf(step: Step): FileRecord[] | undefined {
  switch (step.kind) {
    case "putFile":
      return [step.file];
    case "putFiles":
    case "failingLoad":
    case "import":
      return step.files;
    case "load":
      return generatedFiles(step.generated);
  }
}

/** Whether a step may change files. */
export function isWrite({ kind }: Step): boolean {
  return WRITES.includes(kind);
}

/** Whether a write that was answered so has changed anything; false where nobody knows. */
export function hasChanged(step: Step, answer: unknown): boolean {
  switch (step.kind) {
    case "putFile":
      return answer !== "unchanged";
    case "deleteFile":
      return answer === true;
    case "updateSegments":
      return (answer as unknown[]).length < step.updates.length;
    case "putFiles":
    case "load":
    case "import": {
      const { added, replaced } = answer as PutCounts;
      return added + replaced > 0;
    }
    default:
      return false;
  }
}

/**
 * Does a step on a store; `url` is the address of the named server. `tell` hears how a migration goes on. The answer is
 * JSON. (What is imported as a file goes through the command line.)
 */
export async function perform(
  session: Session,
  step: Step,
  url: string | undefined,
  tell: () => void,
): Promise<unknown> {
  switch (step.kind) {
    case "load":
      return await session.putFiles(generatedFiles(step.generated));
    case "import":
      throw new Error("a file is imported by the command line");
    case "migrate": {
      const { tier, shards, server } = step;
      const listener = { message() {}, progress: tell };
      return shapesOf(
        await session.migrate({ tier, shards, ...(server === "named" && { url }) }, listener),
      );
    }
    case "migrateBack":
    case "discardOld":
      return await session[step.kind]();
    default:
      return await askStore(session, step);
  }
}

/** From where to where a migration went; null when there was nothing to do. */
export function shapesOf(report: MoveReport | undefined): { from: Shape; to: Shape } | null {
  return report ? { from: report.from, to: report.to } : null;
}

/** A line about a step, for the story of a storm. */
export function describe(step: Step): string {
  const { kind, ...rest } = step;
  const short = (key: string, value: unknown) => Array.isArray(value) && key === "segments" ? value.length : value;
  const text = JSON.stringify(kind === "import" ? { ...rest, files: filesOf(step)!.length } : rest, short);
  return `${kind} ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`;
}
