import { KnownFiles } from "../store/known_files.ts";
import type { Halves } from "../store/placement.ts";
import type { BackupFolder } from "./backup_folder.ts";
import type { PartEntry } from "./backup_format.ts";
import { DamagedBackupError } from "./backup_files.ts";
import { formatRanges, parseRanges } from "./line_ranges.ts";
import type { MomentProgress } from "./moment_parts.ts";
import type { PartIndex } from "./part_index.ts";

interface KeptPart {
  entry: PartEntry;
  index: PartIndex;
  without: Set<number>;
}

/** Part of the lines of a part that may be of no use before what is left is written anew; not the same for all parts, lest all fall due in one backup. */
const MIN_UNUSED = 0.3, MAX_UNUSED = 0.6;
/** So many parts of less than so many bytes are written anew as one. */
const MANY_SMALL = 32, SMALL_BYTES = 2 ** 18;

/** The parts of the last moment that the next one can build on, and the files that they have. */
export class KeptParts {
  readonly known: KnownFiles;
  readonly #parts: KeptPart[];

  private constructor(parts: KeptPart[]) {
    this.#parts = parts;
    this.known = KnownFiles.withRoom(this.files);
    for (const { hash, digest } of this.#lines()) this.known.add(hash, digest);
  }

  /** Checks all parts by their SHA-256. Damaged parts are reported to `tell` and dropped; so are those better written anew. */
  static async read(
    backup: BackupFolder,
    entries: PartEntry[],
    tell: (what: string) => void,
    onProgress: (progress: MomentProgress) => void,
  ): Promise<KeptParts> {
    const total = entries.reduce((sum, { bytes }) => sum + bytes, 0), sound: KeptPart[] = [];
    let done = 0;
    const check = async (entry: PartEntry) => {
      const damage = await backup.damageOf("parts", entry.name);
      onProgress({ step: "Checking the backup", done: done += entry.bytes, total, unit: "bytes" });
      if (damage !== undefined) return tell(damage);
      try {
        const without = parseRanges(entry.without ?? "", entry.files);
        sound.push({ entry, index: await backup.readIndex(entry), without });
      } catch (error) {
        if (!(error instanceof DamagedBackupError)) throw error;
        tell(error.message);
      }
    };
    const waiting = entries.values();
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, async () => {
      for (const entry of waiting) await check(entry);
    }));
    const small = sound.filter(({ entry }) => entry.bytes < SMALL_BYTES);
    return new KeptParts(
      sound.filter((part) => !isWorn(part) && (small.length < MANY_SMALL || !small.includes(part))),
    );
  }

  /** Files that they have in the last moment. */
  get files(): number {
    return this.#parts.reduce((sum, { entry, without }) => sum + entry.files - without.size, 0);
  }

  *#lines(): Generator<{ part: KeptPart; number: number; hash: Halves; digest: Halves; segments: number }> {
    for (const part of this.#parts) {
      for (let number = 1; number <= part.index.lines; number++) {
        if (!part.without.has(number)) yield { part, number, ...part.index.line(number) };
      }
    }
  }

  /** The parts with the files that were seen, and how many files and segments these are. */
  seen(): { parts: PartEntry[]; files: number; segments: number } {
    const found = { files: 0, segments: 0 };
    for (const { part, number, hash, segments } of this.#lines()) {
      if (this.known.isSeen(hash)) {
        found.files++;
        found.segments += segments;
      } else part.without.add(number);
    }
    const parts = this.#parts.filter(({ entry, without }) => without.size < entry.files).map(entryOf);
    return { parts, ...found };
  }
}

function entryOf({ entry: { without: _, ...entry }, without }: KeptPart): PartEntry {
  if (without.size === 0) return entry;
  return { ...entry, without: formatRanges([...without].sort((a, b) => a - b)) };
}

/** Whether too many of its lines are of no use. */
function isWorn({ entry: { name, files }, without }: KeptPart): boolean {
  const spread = parseInt(name.slice(0, 2), 16) / 255;
  return without.size > files * (MIN_UNUSED + (MAX_UNUSED - MIN_UNUSED) * spread);
}
