import { UsyncError } from "../domain/errors.ts";
import { serve } from "../threads/serve.ts";
import { releaseBatch } from "../store/packed_batch.ts";
import { shardError } from "./schema.ts";
import { ShardWriter } from "./shard_writer.ts";
import type { Op, WriterRequest } from "./writer_protocol.ts";

/** The writers of this worker by the path of their shard; each is opened by its first request. */
const writers = new Map<string, ShardWriter>();

function writerOf({ path, cacheBytes }: WriterRequest): ShardWriter {
  let writer = writers.get(path);
  if (!writer) writers.set(path, writer = new ShardWriter(path, cacheBytes));
  return writer;
}

function handle(request: WriterRequest): unknown {
  switch (request.kind) {
    case "run": {
      const writer = writerOf(request);
      try {
        return writer.transaction(request.durable, () => request.ops.map((op) => apply(writer, op)));
      } finally {
        for (const op of request.ops) if ("batch" in op) releaseBatch(op.batch);
      }
    }
    case "makeReady":
      return writerOf(request).makeReady();
    case "endCopy":
      return writerOf(request).endCopy();
    case "optimize":
      return writerOf(request).optimize();
    case "close":
      writers.get(request.path)?.close();
      return writers.delete(request.path);
  }
}

function apply(writer: ShardWriter, op: Op): unknown {
  switch (op.type) {
    case "put":
      return writer.put(op.batch, op.defer);
    case "copy":
      return writer.copy(op.batch, op.part, op.upTo);
    case "update":
      return writer.update(op.fileId, op.updates);
    case "delete":
      return writer.delete(op.fileId);
  }
}

/** Whether an error is a user's or a bug's, not SQLite's. */
function isOurs(error: unknown): boolean {
  return error instanceof UsyncError || error instanceof TypeError || error instanceof ReferenceError;
}

serve((request: WriterRequest) => {
  try {
    return handle(request);
  } catch (error) {
    throw isOurs(error) ? error : shardError(request.path, error);
  }
});
