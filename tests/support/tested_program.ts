import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { sourceProgram } from "../../tasks/compile/source_program.ts";

const named = Deno.env.get("USYNC_TEST_EXECUTABLE");

/** A finished executable that the environment names to be tested. */
export const EXECUTABLE: string | undefined = named === undefined ? undefined : resolve(named);

/** The command that runs what has the permissions of the executable: it itself where one is named, else the source. */
export function testedProgram(): string[] {
  return EXECUTABLE === undefined ? sourceProgram() : [EXECUTABLE];
}

/** What Deno keeps of an executable: JSON behind its mark and its length. */
export interface ExecutableMetadata {
  permissions: Record<string, unknown>;
  [key: string]: unknown;
}

/** Reads it out of the bytes of an executable. */
export function metadataOf(bytes: Uint8Array): ExecutableMetadata {
  const executable = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const at = executable.lastIndexOf('{"argv":[');
  if (executable.subarray(at - 16, at - 8).toString() !== "d3n0l4nd") throw new Error("no executable of Deno");
  const length = Number(executable.readBigUInt64LE(at - 8));
  return JSON.parse(executable.subarray(at, at + length).toString());
}

/** Whether it was made for tests, by an older Deno (`compileForTests`), and may run any program therefore. */
export const OLDER_DENO: boolean = EXECUTABLE !== undefined &&
  (metadataOf(readFileSync(EXECUTABLE)).permissions.allow_run as string[]).length === 0;
