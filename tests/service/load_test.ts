import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "../../src/mod.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { type ServeProcess, startServe } from "../support/test_service.ts";

/** How long clients read and write before the service is killed; USYNC_TEST_SECONDS=60 is the full proof. */
const SECONDS = Number(Deno.env.get("USYNC_TEST_SECONDS") ?? 4);
const READERS = Deno.build.os === "windows" ? 20 : 200;
const FILES = 300, SEGMENTS = 100;

/** An upload, made once and numbered in place, for the clients of this process shall not hold each other up. */
const MANY_FILES = 50, encoder = new TextEncoder();
const MANY = Array.from({ length: MANY_FILES }, (_, j) => JSON.stringify(postedRecord(`many-NUMBER-${j}`, 200)));
const MANY_BYTES = encoder.encode(MANY.join("\n"));
const NUMBERS = [...MANY.join("\n").matchAll(/NUMBER/g)].map(({ index }) => index);

/** Six digits. */
function numberOf(i: number): string {
  return `${i}`.padStart("NUMBER".length, "0");
}

function manyFiles(i: number): Uint8Array<ArrayBuffer> {
  const bytes = MANY_BYTES.slice(), digits = encoder.encode(numberOf(i));
  for (const at of NUMBERS) bytes.set(digits, at);
  return bytes;
}

/** Clients of a service, until they are told to stop or it is gone. */
class Clients {
  isEnding = false;
  /** Milliseconds of lookups. */
  readonly times: number[] = [];
  /** Files whose storing was acknowledged. */
  readonly acknowledged: string[] = [];
  readonly #service: ServeProcess;
  readonly #gone = new AbortController();

  constructor(service: ServeProcess) {
    this.#service = service;
  }

  #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.#service.token}` };
    return fetch(this.#service.url + path, { ...init, headers, signal: this.#gone.signal });
  }

  /** Lets go of what waits for an answer: of a process that was killed Wine may keep the connections open. */
  serviceIsGone(): void {
    this.#gone.abort();
  }

  async change(method: string, path: string, body: BodyInit): Promise<Record<string, number | boolean>> {
    const response = await this.#fetch(path, { method, body });
    const answer = await response.json();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Does something again and again; what fails because the service was killed is no fault. */
  async #repeat(work: (i: number) => Promise<void>): Promise<void> {
    for (let i = 0; !this.isEnding; i++) {
      try {
        await work(i);
      } catch (error) {
        if (!this.isEnding || error instanceof assert.AssertionError) throw error;
      }
    }
  }

  read(reader: number): Promise<void> {
    return this.#repeat(async (i) => {
      const { message_id } = postedRecord(`f${(reader + 7 * i) % FILES}`, SEGMENTS).segments[i % SEGMENTS];
      const started = performance.now();
      const response = await this.#fetch(`/api/find?message_id=${encodeURIComponent(message_id!)}`);
      const answer = await response.json();
      if (i > 0) this.times.push(performance.now() - started); // the first ones open 200 connections at once
      assert.equal(answer.found[0]?.segment.message_id, message_id, `${response.status} ${JSON.stringify(answer)}`);
      await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1000));
    });
  }

  writeOne(): Promise<void> {
    return this.#repeat(async (i) => {
      const fileId = `one-${i}`;
      await this.change("PUT", "/api/file", JSON.stringify(postedRecord(fileId, 20)));
      this.acknowledged.push(fileId);
    });
  }

  writeMany(): Promise<void> {
    return this.#repeat(async (i) => {
      const { added } = await this.change("POST", "/api/records", manyFiles(i));
      assert.equal(added, MANY_FILES);
      for (let j = 0; j < MANY_FILES; j++) this.acknowledged.push(`many-${numberOf(i)}-${j}`);
    });
  }
}

Deno.test(`${READERS} clients read, others write, the store moves, a kill comes: no error, and nothing acknowledged is lost`, () =>
  inTempFolder(async (folder) => {
    const data = join(folder, "data");
    const service = await startServe(data), clients = new Clients(service);
    await clients.change("PUT", "/api/settings", '{"sqlite.max-segments": 1e9}'); // it is to move when we say so
    const first = Array.from({ length: FILES }, (_, i) => JSON.stringify(postedRecord(`f${i}`, SEGMENTS)));
    await clients.change("POST", "/api/records", first.join("\n"));
    const running = [...Array(READERS).keys()].map((reader) => clients.read(reader));
    running.push(clients.writeOne(), clients.writeMany());
    const ended = Promise.all(running);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, SECONDS * 500))]);
    await clients.change("POST", "/api/migration", JSON.stringify({ shards: 3 }));
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, SECONDS * 500))]);
    clients.isEnding = true;
    service.child.kill("SIGKILL");
    await service.child.status;
    clients.serviceIsGone();
    await ended;
    await service.end();

    const times = clients.times.toSorted((a, b) => a - b), p99 = times[Math.floor(times.length * 0.99)];
    console.log(
      `${times.length} lookups: half in ${times[times.length >> 1].toFixed(1)} ms, 99 % in ${p99.toFixed(1)} ms`,
    );
    assert.ok(times.length > READERS / 2, `${times.length} lookups`);
    assert.ok(clients.acknowledged.length > 50, `${clients.acknowledged.length} files`);
    await using store = await openStore(data);
    for (const fileId of clients.acknowledged) assert.ok(await store.file(fileId), `${fileId} is lost`);
    assert.deepEqual((await store.verify()).problems, []);
  }));
