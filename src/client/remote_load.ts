import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord } from "../domain/records.ts";
import { writeNdjson } from "../formats/ndjson_writer.ts";
import { Turns } from "../threads/turns.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import type { RoutedBatch } from "../store/packed_batch.ts";
import { recordsOf } from "../store/unpack_batch.ts";
import type { ServiceClient } from "./service_client.ts";

export type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

/** Milliseconds after which an empty line tells the service that a slow source goes on. */
const ALIVE_AFTER = 15_000;
/** No record: the service refuses it, and with it the source when that is all or nothing. */
const BROKEN_OFF = "broken off\n";

/** A load of many files into a service. */
export class RemoteLoad implements BulkLoad {
  #client: ServiceClient;

  constructor(client: ServiceClient) {
    this.#client = client;
  }

  readonly shards = 1;

  put(files: Files, options: { allOrNothing?: boolean; onProgress?: OnProgress } = {}): Promise<PutCounts> {
    return sendFiles(this.#client, files, { ...options, defer: true });
  }

  putBatches(batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>): Promise<PutCounts> {
    return sendFiles(this.#client, recordsOfBatches(batches), { defer: true });
  }

  async finish(): Promise<void> {
    await this.#client.send("POST", "/api/ready");
  }
}

async function* recordsOfBatches(batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>) {
  for await (const { batch } of batches) yield* recordsOf(batch);
}

/** Sends files as they come, with back-pressure. When the source throws, that error is passed on. */
export async function sendFiles(
  client: ServiceClient,
  files: Files,
  options: { allOrNothing?: boolean; defer?: boolean; onProgress?: OnProgress } = {},
): Promise<PutCounts> {
  let failure: { error: unknown } | undefined;
  const texts = async function* () {
    try {
      yield* keptAlive(writeNdjson(counted(files, options.onProgress)));
    } catch (error) {
      failure = { error };
      yield BROKEN_OFF;
    }
  };
  const query = { all_or_nothing: options.allOrNothing ? 1 : undefined, defer: options.defer ? 1 : undefined };
  try {
    const ndjson = ReadableStream.from(texts()).pipeThrough(new TextEncoderStream());
    return await client.send<PutCounts>("POST", "/api/records", query, { ndjson });
  } catch (error) {
    throw failure ? failure.error : error;
  }
}

async function* counted(files: Files, onProgress: OnProgress = () => {}): AsyncGenerator<FileRecord> {
  const done = { files: 0, segments: 0 }, turns = new Turns();
  for await (const file of files) {
    const record = checkRecord(file);
    yield record;
    done.files++;
    done.segments += record.segments.length;
    if (!turns.isDue) continue;
    onProgress(done);
    await turns.give();
  }
}

/** Texts of whole lines, with empty lines between when they are long in coming. */
async function* keptAlive(texts: AsyncGenerator<string>): AsyncGenerator<string> {
  let next = texts.next();
  try {
    while (true) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ALIVE_AFTER));
      const result = await Promise.race([next, late]).finally(() => clearTimeout(timer));
      if (result?.done) return;
      yield result?.value ?? "\n";
      if (result) next = texts.next();
    }
  } finally {
    next.catch(() => {}); // the service has refused what came before
    void texts.return(undefined).catch(() => {});
  }
}
