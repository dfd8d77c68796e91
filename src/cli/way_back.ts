import { bytesNeeded } from "../migration/disk_space.ts";
import type { Shape } from "../migration/plan_move.ts";
import type { Status } from "../session/status.ts";
import { formatBytes, shapeText } from "./format_text.ts";

/**
 * What a command says before a store moves: what stays as the way back, and what the new one takes on the disk of the data folder; `more`
 * bytes than the store itself needs. `kept` names what stays.
 */
export function wayBackText(
  { tier, shards, database_bytes }: Status,
  to: Shape,
  { url, more = 0, kept = `The store on the tier ${shapeText({ tier, shards })}` }: {
    url?: string;
    more?: number;
    kept?: string;
  },
): string {
  const needed = bytesNeeded(to.tier, database_bytes, to.shards) + more;
  const room = url === undefined ? `takes up to ${formatBytes(needed)} of disk` : "is on that server";
  return `${kept} (${formatBytes(database_bytes)}) stays as the way back, \`usync-db migrate --back\`, until ` +
    `\`usync-db migrate --discard-old\`. The new one, ${shapeText(to)}, ${room}.`;
}
