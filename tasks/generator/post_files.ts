import type { Random } from "./random.ts";

/** A file of a post before it is cut into segments. `size` in bytes. */
export interface PlannedFile {
  name: string;
  size: number;
}

const MB = 1_000_000, MIB = 2 ** 20;

/** The files of a post under a name: what is posted, then what comes with it. */
export function planFiles(random: Random, name: string, segmentSize: number): PlannedFile[] {
  const files = random.weighted(CONTENTS)(random, name);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const companions: PlannedFile[] = [];
  if (random.below(3) > 0) companions.push({ name: `${name}.nfo`, size: random.between(800, 24_000) });
  if (files.length > 1 && random.oneIn(2)) companions.push({ name: `${name}.sfv`, size: 40 * files.length });
  return [...companions, ...files, ...parityFiles(random, name, size, segmentSize)];
}

const CONTENTS: [number, (random: Random, name: string) => PlannedFile[]][] = [
  [10, archiveParts],
  [6, singleFile],
  [3, album],
];

/** `name.part01.rar` …, all of the same size but the last. */
function archiveParts(random: Random, name: string): PlannedFile[] {
  const size = random.weighted([[4, 500], [5, 1500], [4, 4000], [2, 9000], [1, 25_000]]) *
    random.between(500_000, 1_500_000);
  const partSizes = [15 * MB, 50 * MB, 100 * MB, 50 * MIB, 100 * MIB, 200 * MIB, 500 * MIB].filter((part) =>
    size / part < 130
  );
  const partSize = random.pick(partSizes.slice(0, 4));
  const parts = Math.ceil(size / partSize), digits = Math.max(2, String(parts).length);
  const old = random.oneIn(4) && parts < 100; // .rar, .r00, .r01
  return Array.from({ length: parts }, (_, i) => ({
    name: old
      ? `${name}.${i === 0 ? "rar" : `r${String(i - 1).padStart(2, "0")}`}`
      : `${name}.part${String(i + 1).padStart(digits, "0")}.rar`,
    size: Math.min(partSize, size - i * partSize),
  }));
}

/** One file as it is, 1 MB to 4 GB. */
function singleFile(random: Random, name: string): PlannedFile[] {
  const size = random.weighted([[4, 2], [4, 30], [5, 350], [4, 750], [2, 2500]]) * random.between(500_000, 1_600_000);
  const type = random.pick(size < 100 * MB ? ["epub", "pdf", "mp3", "7z", "zip"] : ["mkv", "mkv", "mp4", "iso", "7z"]);
  return [{ name: `${name}.${type}`, size }];
}

/** Some smaller files: `03 - name.flac`. */
function album(random: Random, name: string): PlannedFile[] {
  const [type, most] = random.pick([["flac", 60 * MB], ["mp3", 15 * MB], ["jpg", 6 * MB]] as [string, number][]);
  return Array.from({ length: random.between(5, 24) }, (_, i) => ({
    name: `${String(i + 1).padStart(2, "0")} - ${name}.${type}`,
    size: random.between(most / 20, most),
  }));
}

/** Files of one segment: `name (17).jpg`. */
export function smallFiles(random: Random, name: string, segmentSize: number): PlannedFile[] {
  const type = random.pick(["jpg", "txt", "so", "html"]);
  return Array.from({ length: random.between(20, 500) }, (_, i) => ({
    name: `${name} (${i + 1}).${type}`,
    size: random.between(200, random.oneIn(4) ? segmentSize : 40_000),
  }));
}

/** `name.par2` and volumes `name.vol003+04.par2` with recovery blocks for 5 to 15 % of a size. */
function parityFiles(random: Random, name: string, size: number, segmentSize: number): PlannedFile[] {
  if (random.oneIn(4)) return [];
  const blockSize = segmentSize * Math.ceil(size / segmentSize / 2000);
  const blocks = Math.ceil(size / blockSize * random.between(5, 15) / 100);
  const overhead = 1000 + 20 * Math.ceil(size / blockSize);
  const files = [{ name: `${name}.par2`, size: overhead }];
  for (let first = 0, count = 1; first < blocks; first += count, count = Math.min(count * 2, blocks - first)) {
    const volume = `vol${String(first).padStart(3, "0")}+${String(count).padStart(2, "0")}`;
    files.push({ name: `${name}.${volume}.par2`, size: overhead + count * (blockSize + 68) });
  }
  return files;
}
