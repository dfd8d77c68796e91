import type { CopyRound } from "../store/backend.ts";
import { BatchPacker } from "../store/batch_packer.ts";
import { shardOf } from "../store/placement.ts";
import { Turns } from "../threads/turns.ts";
import type { Connections } from "./connections.ts";
import { fileToCheck, scanFiles } from "./scan.ts";

/** All files after one, in rounds for a target of so many shards; `where` is what problems are told of. */
export async function* copyRounds(
  connections: Connections,
  after: string,
  shards: number,
  where: string,
): AsyncIterable<CopyRound> {
  const turns = new Turns();
  for await (const files of scanFiles(connections, after)) {
    const packers = Array.from({ length: shards }, () => new BatchPacker());
    const round: CopyRound = {
      batches: [],
      upTo: files[files.length - 1].row.file_id,
      files: files.length,
      segments: 0,
      problems: [],
    };
    for (const file of files) {
      const { file_id, segments } = file.row, packer = packers[shardOf(file_id, shards)];
      packer.addStored(fileToCheck(file), (what) => round.problems.push({ where, file_id, what }));
      round.segments += segments;
      await turns.pass();
    }
    round.batches = packers.map((packer) => packer.take());
    yield round;
  }
}
