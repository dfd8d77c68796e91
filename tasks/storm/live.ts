import assert from "node:assert/strict";
import type { Settings } from "../../src/store/settings.ts";
import { dueTier } from "../../src/store/tier_policy.ts";
import { runCli } from "../../tests/support/run_cli.ts";
import { CommandDriver } from "./command_driver.ts";
import { type Driver, Gone, Refusal, type Workplace } from "./driver.ts";
import { conflict, type Ledger } from "./ledger.ts";
import { LibraryDriver } from "./library_driver.ts";
import type { Places } from "./places.ts";
import type { Life, Outage } from "./plan.ts";
import { describe, hasChanged, isMove, isWrite, type Move, type Step } from "./step.ts";
import { ServiceDriver } from "./service_driver.ts";
import type { StormDisk } from "./storm_disk.ts";
import type { StormServer } from "./storm_server.ts";

/** Steps that are asked for side by side, but for commands. */
const SIDE_BY_SIDE = 6;

/** How long something may take before the storm takes it for what never ends. */
const PATIENCE_MS = 120_000;

/** What a life works with. */
export interface Circumstances extends Omit<Workplace, "onProgress"> {
  ledger: Ledger;
  places: Places;
  /** The server that the store is on or moves to, if it is on one. */
  server: StormServer | undefined;
  /** The disk that it is on, where it can be made to fail. */
  disk: StormDisk | undefined;
  /** Those of the store: they say when an import moves it. */
  settings: Settings;
  tell: (line: string) => void;
}

/** What happened. */
export interface LifeReport {
  killed: boolean;
  outage: boolean;
  /** Steps that were not answered. */
  unanswered: Step[];
}

/** Lives a life to its end: asks for its steps, checks the answers, kills what is to be killed. */
export async function live(life: Life, circumstances: Circumstances): Promise<LifeReport> {
  return await new Living(life, circumstances).run();
}

class Living {
  readonly #life: Life;
  readonly #with: Circumstances;
  readonly #driver: Driver;
  readonly #inFlight = new Map<Step, Promise<void>>();
  readonly #report: LifeReport = { killed: false, outage: false, unanswered: [] };
  #events = -1;
  #failure: unknown;
  /** Nothing more is to be asked for. */
  #isOver = false;
  /** A kill of the process, and one of the server, that are on their way. */
  #kill: Promise<void> | undefined;
  #outage: Promise<void> | undefined;
  /** Whether the server is down, or was since the step began that asks. */
  #outages = 0;
  #isOut = false;
  /** Whether what was written has passed a limit of one file at some time. */
  #wasDue = false;

  constructor(life: Life, circumstances: Circumstances) {
    this.#life = life;
    this.#with = circumstances;
    const { data, url } = circumstances, workplace: Workplace = { data, url, onProgress: () => this.#event() };
    this.#driver = driverOf(life.worker, workplace);
  }

  async run(): Promise<LifeReport> {
    const { steps, end, worker } = this.#life;
    this.#event();
    try {
      for (const step of steps.filter((step) => this.#driver.accepts(step))) {
        while (!this.#isOver && this.#mustWait(step)) await Promise.race(this.#inFlight.values());
        if (this.#isOver) break;
        this.#inFlight.set(step, this.#do(step).finally(() => this.#inFlight.delete(step)));
      }
      if (end.by !== "leaving") await Promise.all(this.#inFlight.values());
      if (end.by === "kill") await (this.#kill ?? this.#killSoon(0));
    } catch (error) {
      this.#fail(error);
    }
    await this.#outage;
    if (this.#failure) this.#driver.kill();
    await inTime(this.#driver.close()).catch((error) => this.#fail(error));
    await Promise.all(this.#inFlight.values());
    await this.#outage; // it may have begun with the last answers
    if (this.#failure) throw this.#failure;
    this.#with.places.end();
    this.#with.tell(`${worker}: ended`);
    return this.#report;
  }

  get #byCommands(): boolean {
    return this.#life.worker.endsWith("commands");
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#isOver = true;
  }

  #mustWait(step: Step): boolean {
    const most = this.#byCommands ? 1 : SIDE_BY_SIDE;
    return this.#inFlight.size >= most || [...this.#inFlight.keys()].some((other) => conflict(step, other));
  }

  /** Something happened that kills may wait for. */
  #event(): void {
    const { end, outage } = this.#life;
    this.#events++;
    if (end.by === "kill" && end.event === this.#events) this.#kill = this.#killSoon(end.pause);
    if (outage?.event === this.#events && this.#canBreak(outage)) this.#outage = this.#break(outage);
  }

  async #killSoon(pause: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const steps = [...this.#inFlight.keys()].map(({ kind }) => kind);
    this.#with.tell(`kill -9, while it does: ${steps.join(", ") || "nothing"}`);
    this.#report.killed = true;
    this.#isOver = true;
    this.#driver.kill();
  }

  #canBreak({ how }: Outage): boolean {
    if (how === "stopped") return !this.#byCommands;
    return (how === "full" || how === "held" ? this.#with.disk : this.#with.server) !== undefined;
  }

  async #break({ pause, how, down }: Outage): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pause));
    this.#with.tell(`outage (${how}), for ${down} ms`);
    this.#report.outage = true;
    this.#isOut = true;
    this.#outages++;
    await this.#during(how, () => new Promise((resolve) => setTimeout(resolve, down)));
    this.#isOut = false;
    this.#with.tell("the outage is over");
  }

  async #during(how: Outage["how"], wait: () => Promise<void>): Promise<void> {
    const { disk, server, data } = this.#with;
    if (how === "stopped") {
      this.#driver.signal("SIGSTOP");
      await wait();
      const { code, stderr } = await runCli(["--data", data, "status"]);
      this.#driver.signal("SIGCONT");
      const isTold = code === 0 || /in use by another/.test(stderr); // 0: it had ended before it was stopped
      if (!isTold) {
        this.#fail(new Error(`beside a stopped process, status says ${code}: ${stderr}`));
      }
    } else if (how === "full" || how === "held") {
      await (how === "full" ? disk!.fill(65_536) : disk!.hold());
      await wait();
      await disk!.relieve();
    } else {
      await server!.kill(how);
      await wait();
      await server!.start();
    }
  }

  /** Has a step done and checks the answer; a failure ends the life. */
  async #do(step: Step): Promise<void> {
    const { places, tell } = this.#with, outages = this.#isOut ? -1 : this.#outages;
    const written = isWrite(step) ? places.write() : () => {};
    if (isMove(step)) places.begin();
    tell(`> ${describe(step)}`);
    try {
      const answer = await inTime(this.#driver.perform(step));
      tell(`< ${step.kind}: ${short(answer)}`);
      written(hasChanged(step, answer));
      this.#check(step, answer, outages !== this.#outages);
      this.#event();
    } catch (error) {
      const message = (error as Error).message.trim();
      tell(`< ${step.kind}: not done: ${message}`);
      if (step.kind === "migrateBack" && /Cannot go back/.test(message)) this.#refuseToGoBack(step, message);
      else if (this.#mayFail(error, outages !== this.#outages)) this.#doubt(step);
      else this.#fail(named(step, error));
    }
  }

  #refuseToGoBack(step: Move, message: string): void {
    try {
      this.#with.places.moved(step, null, message);
      this.#event();
    } catch (error) {
      this.#fail(named(step, error));
    }
  }

  /** Whether a step may go unanswered: its process was killed, or its server, or it was not waited for. */
  #mayFail(error: unknown, wasOut: boolean): boolean {
    if (error instanceof Gone) return this.#report.killed;
    return error instanceof Refusal && !/internal error/.test(error.message) &&
      (wasOut || this.#life.end.by === "leaving");
  }

  #doubt(step: Step): void {
    this.#report.unanswered.push(step);
    if (isMove(step)) this.#with.places.doubt(step);
    else this.#with.ledger.doubt(step);
    if (isWrite(step)) this.#with.places.mayMoveByItself();
    this.#isOver = true;
  }

  /** `wasOut`: the server or the disk failed meanwhile, so that a write may have been done twice. */
  #check(step: Step, answer: unknown, wasOut: boolean): void {
    const { ledger, places } = this.#with;
    if (isMove(step)) return places.moved(step, answer, undefined, wasOut);
    const expected = ledger.answer(step);
    if (!(wasOut && isWrite(step))) assertSame(answer, expected, step.kind);
    if (!isWrite(step)) return;
    this.#wasDue ||= this.#isDue();
    if (this.#wasDue && this.#byCommands && !wasOut) places.movesByItself();
    else if (this.#wasDue) places.mayMoveByItself();
  }

  /** Whether an import moves the store to shards. */
  #isDue(): boolean {
    const { ledger, settings } = this.#with;
    return dueTier("sqlite", { ...ledger.model.totals(), database_bytes: 0 }, settings) !== null;
  }
}

/** What comes of something that must end some time. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("it does not end")), PATIENCE_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function driverOf(worker: Life["worker"], workplace: Workplace): Driver {
  if (worker === "library") return new LibraryDriver(workplace);
  if (worker === "commands") return new CommandDriver(workplace);
  return new ServiceDriver(workplace, worker === "served commands");
}

/** Like `deepEqual`, faster where there is much. */
export function assertSame(answer: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(answer) !== JSON.stringify(expected)) assert.deepEqual(answer, expected, what);
}

function named(step: Step, error: unknown): Error {
  const { message, stack } = error as Error;
  return new Error(`${describe(step)}: ${stack?.includes(message) ? stack : message}`, { cause: error });
}

function short(answer: unknown): string {
  const text = JSON.stringify(answer);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
