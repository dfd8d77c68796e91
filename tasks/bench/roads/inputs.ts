import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { generateFiles } from "../../generator/generate_files.ts";
import type { Shape } from "../../generator/shapes.ts";
import { writeUsenetSyncDatabase } from "../../generator/usenetsync_database.ts";
import { writeNdjsonFile, writeNzbFile, writeNzbFolder } from "../../generator/write_inputs.ts";
import { writeRows } from "../rows.ts";

/** The inputs of the roads in a folder: each is made when it is first asked for, and kept. All give its path. */
export class Inputs {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  nzbs(count: number, segments: number): Promise<string> {
    return this.#make(`nzbs-${count}-${segments}`, (path) => writeNzbFolder(path, count, segments));
  }

  nzb(segments: number): Promise<string> {
    return this.#make(`one-${segments}.nzb`, (path) => writeNzbFile(path, segments, 1));
  }

  usenetSync(segments: number, shape: Shape): Promise<string> {
    return this.#make(
      `${shape}-${segments}.db`,
      (path) => writeUsenetSyncDatabase(path, generateFiles({ segments, seed: 1, kind: "usenetsync", shape })),
    );
  }

  ndjson(segments: number, shape: Shape): Promise<string> {
    return this.#make(
      `${shape}-${segments}.ndjson`,
      (path) => writeNdjsonFile(path, generateFiles({ segments, seed: 1, shape })),
    );
  }

  /** The rows that the peers load of records made in the process. */
  rows(segments: number): Promise<string> {
    return this.#make(`rows-${segments}.csv`, (path) => writeRows(path, segments, 1));
  }

  /** What was cut off is no input: only a whole one gets its name. */
  async #make(name: string, write: (path: string) => Promise<void> | void): Promise<string> {
    const path = join(this.folder, name), unfinished = `${path}.unfinished`;
    if (existsSync(path)) return path;
    rmSync(unfinished, { recursive: true, force: true });
    await write(unfinished);
    renameSync(unfinished, path);
    return path;
  }
}
