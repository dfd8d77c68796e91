import { UsyncError } from "../domain/errors.ts";
import { serve } from "../threads/serve.ts";
import { releaseBatch } from "../store/packed_batch.ts";
import { shardError } from "./schema.ts";
import { ShardWriter } from "./shard_writer.ts";
import type { Op, OpResult, WriterRequest } from "./writer_protocol.ts";

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
      try {
        return run(request.path, writerOf(request), request.ops, request.durable);
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

/**
 * Runs operations as one transaction. Where one fails, each gets its own: the others must not fail by it. Not those of a
 * copy, whose later ones say that the earlier ones have come.
 */
function run(path: string, writer: ShardWriter, ops: Op[], durable: boolean): OpResult[] {
  try {
    return writer.transaction(durable, () => ops.map((op) => ({ value: apply(writer, op) })));
  } catch (error) {
    if (ops.length > 1 && ops.every(({ type }) => type !== "copy")) {
      return ops.flatMap((op) => run(path, writer, [op], durable));
    }
    const { message, hint } = told(path, error);
    return ops.map(() => ({ error: { message, hint } }));
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

function told(path: string, error: unknown): Error & { hint?: string } {
  return isOurs(error) ? error as Error : shardError(path, error);
}

serve((request: WriterRequest) => {
  try {
    return handle(request);
  } catch (error) {
    throw told(request.path, error);
  }
});
