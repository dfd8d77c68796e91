/// <reference lib="deno.worker" />
import { messageOf, UsyncError } from "../domain/errors.ts";
import { shardError } from "./schema.ts";
import { ShardWriter } from "./shard_writer.ts";
import type { Op, Reply, Request } from "./writer_protocol.ts";

/** The writers of this worker by the path of their shard; each is opened by its first request. */
const writers = new Map<string, ShardWriter>();

function writerOf({ path, cacheBytes }: Request): ShardWriter {
  let writer = writers.get(path);
  if (!writer) writers.set(path, writer = new ShardWriter(path, cacheBytes));
  return writer;
}

function handle(request: Request): unknown {
  switch (request.kind) {
    case "run": {
      const writer = writerOf(request);
      return writer.transaction(request.durable, () => request.ops.map((op) => apply(writer, op)));
    }
    case "makeReady":
      return writerOf(request).makeReady();
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
    case "update":
      return writer.update(op.fileId, op.updates);
    case "delete":
      return writer.delete(op.fileId);
  }
}

self.onmessage = ({ data: request }: MessageEvent<Request>) => {
  let reply: Reply;
  try {
    reply = { number: request.number, result: handle(request) };
  } catch (thrown) {
    const error = isOurs(thrown) ? thrown : shardError(request.path, thrown);
    const hint = error instanceof UsyncError ? error.hint : undefined;
    reply = { number: request.number, error: { message: messageOf(error), hint, stack: (thrown as Error).stack } };
  }
  self.postMessage(reply);
};

/** Whether an error is a user's or a bug's, not SQLite's. */
function isOurs(error: unknown): boolean {
  return error instanceof UsyncError || error instanceof TypeError || error instanceof ReferenceError;
}
