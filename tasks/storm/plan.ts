import { join } from "node:path";
import fc from "fast-check";
import type { Settings } from "../../src/store/settings.ts";
import type { Tier } from "../../src/store/store.ts";
import type { Operation } from "../../tests/support/operations.ts";
import { FEW_FILE_IDS, operationsOf, queriesOf } from "../../tests/support/random_operations.ts";
import { KINDS } from "../generator/generate_files.ts";
import { Random } from "../generator/random.ts";
import { writeNdjsonInput, writeNzbInput, writeUsenetSyncInput } from "./inputs.ts";
import { filesOf, type Generated, generatedFiles, type Step } from "./step.ts";
import { SERVER_KILLS, type ServerKill } from "./storm_server.ts";

/** How a life of the process ends; an event is an answer, or that a migration tells how far it is. */
export type End =
  | { by: "close" }
  /** Its input ends while it works. */
  | { by: "leaving" }
  /** Killed so many milliseconds after the event of that number. */
  | { by: "kill"; event: number; pause: number };

/** What befalls the data folder: its disk is full, or its files cannot be removed. */
export const DISK_TROUBLES = ["full", "held"] as const;
export type DiskTrouble = typeof DISK_TROUBLES[number];

/**
 * A kill of the PostgreSQL server, trouble with the disk, or a stop of the process that works, so many milliseconds after an
 * event, and how long it lasts.
 */
export interface Outage {
  event: number;
  pause: number;
  how: ServerKill | DiskTrouble | "stopped";
  down: number;
}

/** Who works on the store: the library, commands, a service that is asked over HTTP, one that commands work through. */
export const WORKERS = ["library", "commands", "service", "served commands"] as const;

/** What a process that works on the store does until it ends. */
export interface Life {
  worker: typeof WORKERS[number];
  steps: Step[];
  end: End;
  outage?: Outage;
}

/** What a storm can make use of. */
export interface Means {
  /** Whether there is a server that is named by its address, and one in the data folder. */
  named: boolean;
  own: boolean;
  canKillServers: boolean;
  /** Whether there is a disk of its own, and processes can be stopped. */
  hasDisk: boolean;
}

/** Everything that a storm does, as its seed says. */
export class Plan {
  readonly #seed: number;
  readonly #means: Means;
  /** Where inputs are written. */
  readonly #folder: string;
  /** Segments of large loads. */
  readonly segments: number;
  /** Those of the store: with every other seed, imports move it to shards. */
  readonly settings: Settings;
  readonly #fileIds: string[];

  constructor(seed: number, means: Means, folder: string) {
    const random = new Random(seed);
    this.#seed = seed;
    this.#means = means;
    this.#folder = folder;
    this.segments = random.pick([500, 3000, 3000, 15_000, 40_000]);
    this.settings = seed % 2 === 0 ? { "sqlite.max-segments": Math.ceil(this.segments / 2) } : {};
    const loaded = generatedFiles({ seed, segments: 500, files: "uploader", version: 0 });
    this.#fileIds = [...FEW_FILE_IDS, ...loaded.slice(0, 6).map(({ file_id }) => file_id), "-1", "-- x", " "];
  }

  /** The life of a number, from 0. */
  async life(number: number): Promise<Life> {
    const random = new Random(this.#seed * 10_000 + number);
    const worker = random.weighted([[5, "library"], [3, "commands"], [3, "service"], [1, "served commands"]] as const);
    if (worker === "commands" || worker === "served commands") return await this.#commands(worker, random, number);
    const steps: Step[] = this.#operations(random, random.between(10, 50));
    const insert = (step: Step) => steps.splice(random.between(0, steps.length), 0, step);
    if (random.oneIn(3)) insert({ kind: "load", generated: this.#generated(random) });
    const moves = random.weighted([[2, 0], [4, 1], [3, 2]]);
    // A service begins moves by itself, and refuses others then.
    const isBusy = worker === "service" && Object.keys(this.settings).length > 0;
    for (let i = isBusy ? moves : 0; i < moves; i++) insert(this.#move(random));
    return {
      worker,
      steps,
      end: this.#end(random, steps.length, 40),
      ...this.#outage(random, steps.length),
    };
  }

  /** Some commands; killed, one of them most often in its midst. */
  async #commands(worker: Life["worker"], random: Random, number: number): Promise<Life> {
    const steps: Step[] = [];
    for (let count = random.between(1, 3); count > 0; count--) {
      const [query] = this.#queries(random, 1);
      steps.push(random.weighted<Step>([[4, await this.#import(random, `${number}-${count}`)], [3, query], [
        3,
        this.#move(random),
      ]]));
    }
    const end = this.#end(random, steps.length - 1, 1200);
    const outage = this.#outage(random, steps.length - 1);
    return { worker, steps, end: end.by === "leaving" ? { by: "close" } : end, ...outage };
  }

  #end(random: Random, events: number, pause: number): End {
    const by = random.weighted<End["by"]>([[5, "kill"], [3, "close"], [1, "leaving"]]);
    return by === "kill" ? { by, event: random.between(0, events), pause: random.below(pause) } : { by };
  }

  #outage(random: Random, events: number): { outage?: Outage } {
    const { canKillServers, hasDisk } = this.#means;
    const kinds = [...(canKillServers ? SERVER_KILLS : []), ...(hasDisk ? [...DISK_TROUBLES, "stopped" as const] : [])];
    if (kinds.length === 0 || !random.oneIn(2)) return {};
    return {
      outage: {
        event: random.between(1, Math.max(1, events)),
        pause: random.below(40),
        how: random.pick(kinds),
        down: random.below(1500),
      },
    };
  }

  #operations(random: Random, count: number): Operation[] {
    const operations = operationsOf(fc.constantFrom(...this.#fileIds)).map((operation) => ({ ...operation })); // each its own
    return fc.sample(operations, { seed: random.u32() | 0, numRuns: count });
  }

  #queries(random: Random, count: number): Operation[] {
    return fc.sample(queriesOf(fc.constantFrom(...this.#fileIds)), { seed: random.u32() | 0, numRuns: count });
  }

  /** Questions that are asked between lives. */
  questions(number: number): Operation[] {
    return this.#queries(new Random(this.#seed * 10_000 + 5000 + number), 8);
  }

  #move(random: Random): Step {
    const kind = random.weighted<Step["kind"]>([[6, "migrate"], [2, "migrateBack"], [2, "discardOld"]]);
    if (kind === "migrateBack" || kind === "discardOld") return { kind };
    const servers = [...(this.#means.named ? ["named" as const] : []), ...(this.#means.own ? ["own" as const] : [])];
    const tier = random.weighted<Tier>([[2, "sqlite"], [4, "sharded"], [servers.length > 0 ? 4 : 0, "postgres"]]);
    const shards = tier === "sharded" ? random.pick([2, 3, 3, 7, 10, 16]) : 1;
    return { kind: "migrate", tier, shards, ...(tier === "postgres" && { server: random.pick(servers) }) };
  }

  /** Files that come again in other lives, then more or fewer of them, or with other content. */
  #generated(random: Random, kinds = KINDS): Generated {
    return {
      seed: this.#seed,
      segments: Math.ceil(this.segments / random.pick([1, 1, 2, 10])),
      files: random.pick(kinds),
      version: random.below(3),
    };
  }

  async #import(random: Random, name: string): Promise<Step> {
    const format = random.pick(["ndjson", "nzb", "usenetsync"] as const), gzip = random.oneIn(3) ? ".gz" : "";
    const path = (ending: string) => join(this.#folder, `${name}.${ending}`);
    if (format === "nzb") {
      const files = generatedFiles({ ...this.#generated(random), files: "nzb", version: 0 });
      return { kind: "import", path: path(`nzb${gzip}`), files: await writeNzbInput(path(`nzb${gzip}`), files) };
    }
    const files = generatedFiles({ ...this.#generated(random), files: format === "ndjson" ? "uploader" : format });
    if (format === "usenetsync") {
      return { kind: "import", path: path("db"), files: writeUsenetSyncInput(path("db"), files) };
    }
    const others = this.#operations(random, 10).flatMap((operation) => filesOf(operation) ?? []);
    return {
      kind: "import",
      path: path(`ndjson${gzip}`),
      files: writeNdjsonInput(path(`ndjson${gzip}`), [...files, ...others]),
    };
  }
}
