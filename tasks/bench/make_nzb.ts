import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { generateFiles } from "../generator/generate_files.ts";

/** Writes an NZB with so many generated segments. */
export async function makeNzb(path: string, segments: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true });
  const encoder = new TextEncoder();
  for await (const text of writeNzb(generateFiles({ segments, seed: 1, kind: "nzb" }))) {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  }
}
