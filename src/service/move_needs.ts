import { bytesNeeded } from "../migration/disk_space.ts";
import { DEFAULT_SHARDS } from "../migration/plan_move.ts";
import { type BinariesSource, defaultSource, downloadSize } from "../postgres_server/mod.ts";
import type { Session } from "../session/session.ts";
import type { Tier } from "../store/store.ts";

/** What a move to a tier needs, where nobody names a server of his own. */
export interface MoveNeeds {
  /** Bytes on the disk of the data folder. */
  disk_bytes: number;
  /** Bytes that are free there; null where nobody may ask. */
  free_bytes: number | null;
  /**
   * Where the PostgreSQL that is to be installed comes from, and how large a download it is: null where it is none, or
   * nobody knows. Null when nothing is to be installed.
   */
  install: { from: string; bytes: number | null } | null;
}

/** Finds out what a move needs. Throws a `UsyncError` where PostgreSQL is needed and cannot be had. */
export async function moveNeeds(
  session: Session,
  { tier, shards = DEFAULT_SHARDS }: { tier: Tier; shards?: number },
): Promise<MoveNeeds> {
  const { database_bytes } = await session.totals();
  return {
    disk_bytes: bytesNeeded(tier, database_bytes, tier === "sharded" ? shards : 1),
    free_bytes: (await session.status()).disk_free_bytes,
    install: await session.lacksServer({ tier }) ? await described(await defaultSource(session.dataFolder)) : null,
  };
}

async function described(source: BinariesSource | undefined): Promise<MoveNeeds["install"]> {
  if (source === undefined) return { from: "the programs that are in the data folder", bytes: null };
  if (source.kind === "archive") return { from: source.file, bytes: null };
  if (source.kind === "folder") return { from: source.folder, bytes: null };
  return { from: new URL(source.url).host, bytes: await downloadSize(source.url) ?? null };
}
