import assert from "node:assert/strict";
import type { FileSummary, FolderSummary } from "../../src/domain/records.ts";
import type { FoundSegments, PutCounts, SegmentPlace } from "../../src/store/store.ts";
import { type CliResult, resultOf, spawnCli } from "../../tests/support/run_cli.ts";
import { type Driver, Gone, kill, Refusal, type Workplace } from "./driver.ts";
import { shapesOf, type Step } from "./step.ts";

/** The command line: a process for each step. */
export class CommandDriver implements Driver {
  #workplace: Workplace;
  #child: Deno.ChildProcess | undefined;
  #killed = false;

  constructor(workplace: Workplace) {
    this.#workplace = workplace;
  }

  accepts({ kind }: Step): boolean {
    return !["updateSegments", "deleteFile", "failingLoad", "load", "file"].includes(kind);
  }

  async perform(step: Step): Promise<unknown> {
    switch (step.kind) {
      case "import":
        return countsOf(await this.#json(["import", step.path]));
      case "putFiles":
        return countsOf(await this.#put(step.files));
      case "putFile":
        return outcomeOf(countsOf(await this.#put([step.file])));
      case "record":
        return await this.#record(step.file_id);
      case "segments":
        return (await this.#jsonOrNull(["segments", "--", step.file_id]))?.segments ?? null;
      case "findMessageId":
        return (await this.#jsonOrNull(["find", "--", step.message_id]))?.found[0].segment ?? null;
      case "findSegments":
        return await this.#found(step.message_id, step.limit);
      case "files":
        return (await this.#json(["files", ...optionsOf(step.options)])).files;
      case "pending":
        return (await this.#json(["pending", ...optionsOf(step.options)])).segments;
      case "search":
        return await this.#searchAll(step.words, step.limit);
      case "stream":
        return (await this.#succeed(["export", "--all"])).split("\n").slice(0, -1).map((line) => JSON.parse(line));
      default:
        return await this.#maintain(step);
    }
  }

  async #maintain(step: Step): Promise<unknown> {
    switch (step.kind) {
      case "totals": {
        const { files, segments, posted, pending, content_bytes } = await this.#json(["status"]);
        return { files, segments, posted, pending, content_bytes };
      }
      case "newest":
        return (await this.#json(["files", "--newest", "--limit=100000"])).files;
      case "folders":
        return withoutNames((await this.#json(["folders", "--limit=100000"])).folders);
      case "verify":
        return (await this.#json(["verify"])).problems;
      case "optimize":
        await this.#json(["optimize"]);
        return null;
      case "migrate": {
        const shards = step.tier === "sharded" ? [`--shards=${step.shards}`] : [];
        const url = step.server === "named" ? [`--url=${this.#workplace.url}`] : [];
        const { moved, ...report } = await this.#json(["migrate", `--to=${step.tier}`, ...shards, ...url]);
        return shapesOf(moved ? report : undefined);
      }
      case "migrateBack":
        return await this.#json(["migrate", "--back"]);
      case "discardOld":
        return await this.#json(["migrate", "--discard-old"]);
      default:
        throw new Error(`there is no command for ${step.kind}`);
    }
  }

  async #found(messageId: string, limit: number): Promise<FoundSegments> {
    const { found = [], has_more = false } = await this.#jsonOrNull(["find", `--limit=${limit}`, "--", messageId]) ??
      {};
    return { found, has_more };
  }

  #put(files: unknown[]) {
    return this.#json(["import", "-"], files.map((file) => JSON.stringify(file) + "\n").join(""));
  }

  async #record(fileId: string): Promise<unknown> {
    const { code, stdout, stderr } = await this.#run(["export", "--", fileId]);
    if (code === 0) return JSON.parse(stdout);
    if (/There is no file/.test(stderr)) return null;
    throw new Refusal(stderr);
  }

  async #searchAll(words: string, limit: number): Promise<FileSummary[]> {
    const found: FileSummary[] = [];
    for (let after: string | null = ""; after !== null;) {
      const more: string[] = after === "" ? [] : [`--after=${after}`];
      const page: { files: FileSummary[]; next: string | null } = await this.#json(
        ["search", `--limit=${limit}`, ...more, "--", words],
      );
      assert.ok(page.files.length <= limit);
      found.push(...page.files);
      after = page.next;
    }
    return found;
  }

  // deno-lint-ignore no-explicit-any
  async #json(args: string[], stdin?: string): Promise<any> {
    return JSON.parse(await this.#succeed(["--json", ...args], stdin));
  }

  /** Null for what is not there. */
  // deno-lint-ignore no-explicit-any
  async #jsonOrNull(args: string[]): Promise<any> {
    const { code, stdout, stderr } = await this.#run(["--json", ...args]);
    if (code === 0) return JSON.parse(stdout);
    if (/There is no (file|segment)/.test(stderr)) return null;
    throw new Refusal(stderr);
  }

  async #succeed(args: string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run(args, stdin);
    if (code !== 0) throw new Refusal(stderr || stdout);
    return stdout;
  }

  async #run(args: string[], stdin?: string): Promise<CliResult> {
    if (this.#killed) throw new Gone("the command was killed");
    this.#child = spawnCli(["--data", this.#workplace.data, ...args], {
      stdin: stdin === undefined ? "null" : "piped",
    });
    const result = await resultOf(this.#child, stdin);
    if (this.#killed && result.code !== 0) throw new Gone("the command was killed");
    return result;
  }

  signal(how: "SIGSTOP" | "SIGCONT"): void {
    if (this.#child) kill(this.#child, how);
  }

  kill(): void {
    this.#killed = true;
    if (this.#child) kill(this.#child);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function countsOf({ added, replaced, unchanged, segments, notes }: PutCounts & { notes: unknown[] }): PutCounts {
  assert.deepEqual(notes, []);
  return { added, replaced, unchanged, segments };
}

function outcomeOf({ added, replaced }: PutCounts): string {
  return added ? "added" : replaced ? "replaced" : "unchanged";
}

function optionsOf({ limit, after, folder }: { limit?: number; after?: string | SegmentPlace; folder?: string }) {
  const place = typeof after === "object" ? `${after.file_id}:${after.redundancy}:${after.index}` : after;
  return [
    ...(limit === undefined ? [] : [`--limit=${limit}`]),
    ...(place === undefined ? [] : [`--after=${place}`]),
    ...(folder === undefined ? [] : [`--folder=${folder}`]),
  ];
}

/** Folders without what differs between their files. */
function withoutNames(folders: FolderSummary[]): unknown[] {
  return folders.map(({ path: _, name: __, meta: ___, ...sums }) => sums);
}
