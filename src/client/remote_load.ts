import type { FileRecord } from "../domain/records.ts";
import { encodeBatch, HEADER_BYTES } from "../store/encode_batch.ts";
import type { RoutedBatch } from "../store/packed_batch.ts";
import { packRecords } from "../store/packed_load.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import type { ServiceClient } from "./service_client.ts";

export type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;
type Batches = Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>;

/** Milliseconds after which an empty batch tells the service that a slow source goes on. */
const ALIVE_AFTER = 15_000;
const EMPTY = new Uint8Array(HEADER_BYTES);
/** No batch: the service refuses it, and with it the source when that is all or nothing. */
const BROKEN_OFF = new Uint8Array(HEADER_BYTES).fill(0xff);

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

  putBatches(batches: Batches): Promise<PutCounts> {
    return sendBatches(this.#client, batches, { defer: true });
  }

  async finish(): Promise<void> {
    await this.#client.send("POST", "/api/ready");
  }
}

/** How a source is sent. */
interface SendOptions {
  allOrNothing?: boolean;
  defer?: boolean;
}

/** Sends files as they come, with back-pressure. When the source throws, that error is passed on. */
export function sendFiles(
  client: ServiceClient,
  files: Files,
  { onProgress, ...options }: SendOptions & { onProgress?: OnProgress } = {},
): Promise<PutCounts> {
  return sendBatches(client, packRecords(files, 1, onProgress), options);
}

async function sendBatches(client: ServiceClient, batches: Batches, options: SendOptions): Promise<PutCounts> {
  let failure: { error: unknown } | undefined;
  const encoded = async function* () {
    try {
      yield* keptAlive(bytesOf(batches));
    } catch (error) {
      failure = { error };
      yield BROKEN_OFF;
    }
  };
  const query = { all_or_nothing: options.allOrNothing ? 1 : undefined, defer: options.defer ? 1 : undefined };
  try {
    return await client.send<PutCounts>("POST", "/api/batches", query, { batches: ReadableStream.from(encoded()) });
  } catch (error) {
    throw failure ? failure.error : error;
  }
}

/** The bytes of batches, the parts of one together. */
async function* bytesOf(batches: Batches): AsyncGenerator<Uint8Array[]> {
  for await (const { batch } of batches) yield encodeBatch(batch);
}

/** Bytes as they come, with empty batches between when they are long in coming. */
async function* keptAlive(batches: AsyncGenerator<Uint8Array[]>): AsyncGenerator<Uint8Array> {
  let next = batches.next();
  try {
    while (true) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), ALIVE_AFTER));
      const result = await Promise.race([next, late]).finally(() => clearTimeout(timer));
      if (result?.done) return;
      for (const part of result?.value ?? [EMPTY]) if (part.length > 0) yield part;
      if (result) next = batches.next();
    }
  } finally {
    next.catch(() => {}); // the service has refused what came before
    void batches.return(undefined).catch(() => {});
  }
}
