import type { Folder } from "../../src/domain/records.ts";
import { type DrawMessageIds, drawMessageIdStyle } from "./message_ids.ts";
import { planFiles, type PlannedFile } from "./post_files.ts";
import type { Random } from "./random.ts";
import { drawUuid } from "./random_texts.ts";
import { drawNewsgroups, drawNonsense, drawPoster, drawTitle } from "./titles.ts";

/** The subject of the article that a file is known by; `place` and `files` count from 1. */
export type SubjectOf = (file: PlannedFile, place: number, files: number, segments: number) => string;

/** Files that are posted together. */
export interface Post {
  title: string;
  folder: Folder | null;
  /** Between folder and name in a path. */
  separator: string;
  poster: string;
  groups: string[];
  server: string;
  /** Bytes. */
  segmentSize: number;
  files: PlannedFile[];
  /** Undefined: every file is called by nonsense of its own. */
  subjectOf: SubjectOf | undefined;
  drawMessageIds: DrawMessageIds;
  /** How often each segment is posted. */
  copies: number;
  /** Milliseconds since 1970 (null where nobody knows), and from segment to segment. */
  startedAt: number | null;
  millisecondsEach: number;
  /** How many segments are uploaded so far, where it is not all. */
  uploaded: number;
}

const SERVERS = ["news.example.com", "news.example.com", "eu.news.example.net", "us.news.example.net"];
const YEAR_2009 = Date.UTC(2009, 0), SECONDS = 17 * 365 * 86_400;

export function drawPost(random: Random): Post {
  const title = drawTitle(random);
  const segmentSize = random.weighted([[5, 716_800], [4, 768_000], [1, 384_000]]);
  const subjectOf = random.weighted(SUBJECTS);
  const folderTitle = subjectOf === undefined && random.oneIn(2) ? drawNonsense(random) : title;
  const separator = random.oneIn(3) ? "/" : "\\";
  return {
    ...{ title, separator, segmentSize, subjectOf },
    folder: random.oneIn(12) ? null : drawFolder(random, folderTitle, separator),
    poster: drawPoster(random),
    groups: drawNewsgroups(random),
    server: random.pick(SERVERS),
    files: planFiles(random, title, segmentSize),
    drawMessageIds: drawMessageIdStyle(random),
    copies: random.oneIn(30) ? 2 : 1,
    startedAt: YEAR_2009 + random.below(SECONDS) * 1000,
    millisecondsEach: random.between(6, 80),
    uploaded: random.oneIn(80) ? random.below(500) : Infinity,
  };
}

function drawFolder(random: Random, title: string, separator: string): Folder {
  const root = separator === "/"
    ? "/data/uploads"
    : random.pick(["D:\\Uploads", "E:\\Archive\\Posted", "C:\\Users\\Zoë\\Videos"]);
  return { folder_id: drawUuid(random), path: `${root}${separator}${title}`, name: title };
}

const SUBJECTS: [number, SubjectOf | undefined][] = [
  [5, ({ name }, place, files, segments) => `[${padded(place, files)}/${files}] - "${name}" yEnc (1/${segments})`],
  [
    3,
    ({ name, size }, place, files, segments) =>
      `[${padded(place, files)}/${files}] - "${name}" yEnc (1/${segments}) ${size}`,
  ],
  [1, ({ name }, place, files, segments) => `(${padded(place, files)}/${files}) "${name}" - yEnc (1/${segments})`],
  [1, ({ name }, _place, _files, segments) => `Here's your file! "${name}" (1/${segments})`],
  [4, undefined],
];

function padded(place: number, files: number): string {
  return String(place).padStart(String(files).length, "0");
}
