import assert from "node:assert/strict";
import type { Manifest } from "../../src/data_folder/manifest.ts";
import { DEFAULT_SHARDS } from "../../src/migration/plan_move.ts";
import type { Shape } from "../../src/mod.ts";
import type { Move } from "./step.ts";

/** A store that a migration has left behind, and whether something was changed since, as far as that is known. */
interface Old {
  shape: Shape;
  written: "no" | "maybe" | "yes";
}

interface State {
  shape: Shape;
  old: Old[];
}

/** Where a store must be, and what migrations must have left behind. */
export class Places {
  #state: State = { shape: { tier: "sqlite", shards: 1 }, old: [] };
  /** What else it may be: a move was asked for and not answered. */
  #doubts: State[] = [];
  /** What it is if it has grown by itself; undefined where it cannot have. */
  #grown: State | undefined;
  /** Writes that have begun and not ended. */
  #writing = 0;
  /** Whether one was on its way since the move began that is on its way. */
  #wasWriting = false;
  /** What was known of the latest old store when that move began. */
  #before: Old["written"] | undefined;

  get shape(): Shape {
    return this.#state.shape;
  }

  /** A write begins; call what it gives when it is answered, with whether it has changed anything. */
  write(): (hasChanged: boolean) => void {
    const { old } = this.#state, there = [...old];
    for (const place of old) if (place.written === "no") place.written = "maybe";
    this.#writing++;
    this.#wasWriting = true;
    return (hasChanged) => {
      this.#writing--;
      if (hasChanged) { for (const place of there) place.written = "yes"; }
    };
  }

  /** No write is on its way any more: their process has ended. */
  end(): void {
    this.#writing = 0;
  }

  /** A move begins. */
  begin(): void {
    this.#wasWriting = this.#writing > 0;
    this.#before = this.#state.old.at(-1)?.written;
  }

  /** A move was answered with this, or refused with a message. `wasOut`: something may have kept it from removing all. */
  moved(move: Move, answer: unknown, refusal: string | undefined, wasOut = false): void {
    this.#settleGrowth(move, answer);
    const { shape, old } = this.#state, last = old.at(-1);
    if (move.kind === "migrateBack") {
      if (refusal === undefined) {
        assert.ok(last && this.#before !== "yes", "it went back to a store that lacks something");
        assert.deepEqual(answer, last.shape);
        old.pop();
        this.#state.shape = last.shape;
      } else if (!last) assert.match(refusal, /no migration has left an old store/);
      else {
        assert.match(refusal, /something was changed since the migration/);
        assert.ok(this.#before !== "no" || this.#wasWriting, "it did not go back, though nothing was written");
        last.written = "yes";
      }
      return;
    }
    assert.equal(refusal, undefined);
    if (move.kind === "discardOld") {
      if (!wasOut) assert.deepEqual(answer, { discarded: old.length, left: [] });
      this.#state.old = [];
    } else {
      const to: Shape = { tier: move.tier, shards: move.shards };
      if (isSame(shape, to)) assert.equal(answer, null);
      else assert.deepEqual(answer, { from: shape, to });
      this.#state = this.#movedTo(to);
    }
  }

  /** Whether the store has grown meanwhile, where it may have, the answer tells. */
  #settleGrowth(move: Move, answer: unknown): void {
    const grown = this.#grown;
    if (!grown) return;
    const isGrown = move.kind === "migrate"
      ? answer === null ? isSame(grown.shape, { tier: move.tier, shards: move.shards }) : isFrom(answer, grown.shape)
      : move.kind === "discardOld"
      ? (answer as { discarded: number }).discarded === grown.old.length
      : false;
    if (isGrown) this.#state = grown;
    this.#grown = undefined;
  }

  #movedTo(to: Shape): State {
    const { shape, old } = this.#state;
    if (isSame(shape, to)) return this.#state;
    return { shape: to, old: [...old, { shape, written: this.#wasWriting ? "maybe" : "no" }] };
  }

  /** After an import that passed the limit of one file, the store moves by itself. */
  movesByItself(): void {
    this.begin();
    if (this.shape.tier === "sqlite") this.#state = this.#movedTo({ tier: "sharded", shards: DEFAULT_SHARDS });
  }

  /** As `movesByItself`, where it is not known. */
  mayMoveByItself(): void {
    if (this.shape.tier !== "sqlite" || this.#grown) return;
    this.#wasWriting = true;
    this.#grown = this.#movedTo({ tier: "sharded", shards: DEFAULT_SHARDS });
  }

  /** A move was asked for and not answered. */
  doubt(move: Move): void {
    const { old } = this.#state;
    this.#wasWriting = true;
    if (move.kind === "discardOld") this.#doubts.push({ ...this.#state, old: [] });
    else if (move.kind === "migrate") this.#doubts.push(this.#movedTo({ tier: move.tier, shards: move.shards }));
    else if (old.length > 0) this.#doubts.push({ shape: old.at(-1)!.shape, old: old.slice(0, -1) });
  }

  /** Compares what the manifest says; what was in doubt is then known. */
  settle({ tier, shards, old }: Manifest): void {
    const there: State = {
      shape: { tier, shards },
      old: old.map(({ tier, shards, outdated }) => ({ shape: { tier, shards }, written: outdated ? "yes" : "no" })),
    };
    const states = [this.#state, ...(this.#grown ? [this.#grown] : []), ...this.#doubts];
    assert.ok(
      states.some((state) => fits(there, state)),
      `the store is ${JSON.stringify(there)}, and should be ${
        states.map((state) => JSON.stringify(state)).join(" or ")
      }`,
    );
    this.#state = there;
    this.#doubts = [];
    this.#grown = undefined;
  }
}

function fits(there: State, { shape, old }: State): boolean {
  return isSame(there.shape, shape) && there.old.length === old.length &&
    there.old.every((place, i) =>
      isSame(place.shape, old[i].shape) && (old[i].written === "maybe" || place.written === old[i].written)
    );
}

function isFrom(answer: unknown, shape: Shape): boolean {
  return isSame((answer as { from: Shape }).from, shape);
}

function isSame(a: Shape, b: Shape): boolean {
  return a.tier === b.tier && a.shards === b.shards;
}
