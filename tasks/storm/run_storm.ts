import assert from "node:assert/strict";
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { removeServiceFile } from "../../src/service/service_file.ts";
import { readManifest } from "../../src/data_folder/manifest.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import type { Setting } from "../../src/store/settings.ts";
import { askModel, askStore, type Operation } from "../../tests/support/operations.ts";
import { oddNames } from "../../tests/support/odd_names.ts";
import { Random } from "../generator/random.ts";
import { checkDamagedCopy } from "./damaged_copy.ts";
import { Ledger } from "./ledger.ts";
import { assertSame, type LifeReport, live } from "./live.ts";
import { Places } from "./places.ts";
import { type Life, Plan } from "./plan.ts";
import { isMove, type Step } from "./step.ts";
import type { StormDisk } from "./storm_disk.ts";
import { CAN_KILL_SERVERS, storeSchemas, StormServer } from "./storm_server.ts";

export interface StormOptions {
  seed: number;
  /** How many processes work on the store, one after the other. */
  lives: number;
  /** Where the storm takes place: the data folder `data` is made in it, and `story.log`. */
  folder: string;
  /** A PostgreSQL server, the address of an empty database of it; `server` is there when it may be killed. */
  named?: { url: string; server?: StormServer };
  /** Whether the data folder gets a server of its own now and then. */
  own?: boolean;
  /** The disk that the folder is on, where it can be made to fail. */
  disk?: StormDisk;
}

/** What a storm has done, for the one who counts. */
export interface StormReport {
  lives: number;
  /** Processes that were killed, and how many of them while a step was on its way, and a move. */
  kills: number;
  killsAtWork: number;
  killsOfMoves: number;
  outages: number;
  /** Files of which it was not known how they are. */
  doubts: number;
  tiers: Set<string>;
}

/**
 * Does what the seed says to a store, and compares it with a map of records after every life. Throws when the store is
 * not as it must be.
 */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const storm = new Storm(options);
  try {
    return await storm.run();
  } catch (error) {
    storm.tell(`FAILED: ${error instanceof Error ? error.stack : error}`);
    throw error;
  } finally {
    await storm.end();
  }
}

class Storm {
  readonly #options: StormOptions;
  readonly #data: string;
  readonly #plan: Plan;
  readonly #ledger = new Ledger();
  readonly #places = new Places();
  readonly #own: StormServer | undefined;
  readonly #started = performance.now();
  readonly #report: StormReport = {
    ...{ lives: 0, kills: 0, killsAtWork: 0, killsOfMoves: 0, outages: 0, doubts: 0 },
    tiers: new Set(),
  };

  constructor(options: StormOptions) {
    const { seed, folder, named, own } = options;
    this.#options = options;
    this.#data = join(folder, "data");
    if (own && seed % 3 === 0) this.#own = new StormServer(this.#data, false);
    mkdirSync(join(folder, "inputs"), { recursive: true });
    const canKillServers = CAN_KILL_SERVERS && named?.server !== undefined;
    const hasDisk = options.disk !== undefined;
    const means = { hasDisk, named: named !== undefined, own: this.#own !== undefined, canKillServers };
    this.#plan = new Plan(seed, means, join(folder, "inputs"));
  }

  /** Adds a line to the story of the storm. */
  tell(line: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(3);
    appendFileSync(join(this.#options.folder, "story.log"), `${seconds.padStart(8)} ${line}\n`);
  }

  async run(): Promise<StormReport> {
    await this.#own?.install();
    {
      await using session = await LocalSession.open(this.#data);
      for (const [name, value] of Object.entries(this.#plan.settings)) {
        await session.changeSetting(name as Setting, value);
      }
    }
    for (let number = 0; number < this.#options.lives; number++) {
      const life = await this.#plan.life(number);
      this.tell(`life ${number}: ${life.worker}, ${life.steps.length} steps, ends by ${JSON.stringify(life.end)}`);
      await this.#live(life);
      await this.#check(this.#plan.questions(number), false);
    }
    await this.#check(this.#plan.questions(this.#options.lives), true);
    return this.#report;
  }

  async #live(life: Life): Promise<void> {
    const server = this.#serverOf(life);
    const report = await live(life, {
      ...{ data: this.#data, url: this.#options.named?.url, ledger: this.#ledger, places: this.#places, server },
      disk: this.#options.disk,
      ...{ settings: this.#plan.settings, tell: (line: string) => this.tell(line) },
    });
    await server?.release();
    if (life.worker !== "library" && report.killed) removeServiceFile(this.#data); // the next service replaces it
    this.#count(report);
  }

  /** The server to break: that on which the store is, or to which it moves. */
  #serverOf({ steps }: Life): StormServer | undefined {
    const named = this.#options.named?.server;
    const move = steps.find((step) => step.kind === "migrate" && step.tier === "postgres") as
      | Extract<Step, { kind: "migrate" }>
      | undefined;
    if (this.#places.shape.tier === "postgres") return readManifest(this.#data)!.url ? named : this.#own;
    return move && (move.server === "own" ? this.#own : named);
  }

  #count({ killed, outage, unanswered }: LifeReport): void {
    this.#report.lives++;
    if (outage) this.#report.outages++;
    if (!killed) return;
    this.#report.kills++;
    if (unanswered.length > 0) this.#report.killsAtWork++;
    if (unanswered.some(isMove)) this.#report.killsOfMoves++;
  }

  /** Opens the store and compares everything. At the end, it becomes one file, and nothing else may be left. */
  async #check(questions: Operation[], isEnd: boolean): Promise<void> {
    this.#report.doubts += this.#ledger.doubts;
    {
      await using session = await LocalSession.open(this.#data, { create: false });
      this.#places.settle(readManifest(this.#data)!);
      await this.#ledger.settle(session.stream());
      for (const question of questions) {
        const expected = askModel(this.#ledger.model, question);
        assertSame(await askStore(session, question), expected, JSON.stringify(question));
      }
      assert.deepEqual((await session.verify()).problems, []);
      if (isEnd) {
        await session.migrate({ tier: "sqlite" });
        await session.discardOld();
        await this.#ledger.settle(session.stream());
      }
    }
    const manifest = readManifest(this.#data)!;
    this.#report.tiers.add(manifest.tier);
    assert.deepEqual(oddNames(this.#data, manifest), []);
    await this.#checkServers();
    if (this.#options.disk && manifest.tier !== "postgres") {
      const random = new Random(this.#options.seed * 10_000 + this.#report.lives);
      this.tell(`damaged in a copy: ${await checkDamagedCopy(this.#data, manifest, random, this.#isStored)}`);
    }
    this.tell(`all is well on the tier ${manifest.tier} with ${manifest.shards}`);
  }

  #isStored = (record: { file_id: string }): boolean =>
    JSON.stringify(this.#ledger.model.record(record.file_id)) === JSON.stringify(record);

  /** No schema is left over, and no server that nobody uses. */
  async #checkServers(): Promise<void> {
    const { named } = this.#options, manifest = readManifest(this.#data)!;
    if (named) {
      const places = [manifest, ...manifest.old, ...(manifest.move ? [manifest.move] : [])];
      const known = places.filter(({ url }) => url).map(({ folder }) => folder);
      assert.deepEqual((await storeSchemas(named.url)).filter((schema) => !known.includes(schema)), []);
    }
    const mayRun = manifest.move?.url === null; // until a move that was cut off goes on
    assert.ok(mayRun || !await this.#own?.isRunning(), "the server of the data folder runs on");
  }

  async end(): Promise<void> {
    await this.#own?.stop();
  }
}
