import type { Random } from "./random.ts";
import { LETTERS_AND_DIGITS, RandomTexts } from "./random_texts.ts";

const WORDS = (
  "Amber Arctic Ash Atlas Autumn Beacon Big Black Blue Bright Broken Buck Bunny Canyon Castle Cedar City Clear Coast " +
  "Cold Copper Crimson Crystal Dance Dark Dawn Deep Desert Distant Dragon Dream Dust Eagle East Echo Edge Elephants " +
  "Ember Empty Engine Falcon Falling Far Field Fire First Flight Forest Fox Free Frost Garden Ghost Glass Gold Grand " +
  "Gravity Green Grey Harbor Harvest Heart Hidden High Hollow Home Horizon House Hunter Ice Iron Island Ivory Jade Kings " +
  "Lake Land Lantern Last Light Lion Little Lost Mars Meadow Midnight Mirror Moon Morning Mountain Night North Oak Ocean " +
  "Old Open Orbit Paper Path Pearl Pine Planet Quiet Rain Raven Red River Road Rose Sand Sea Secret Shadow Silent Silver " +
  "Sintel Sky Snow Song South Spring Star Steel Stone Storm Stranger Summer Sun Tears Thunder Tide Time Tower Tree Valley " +
  "Velvet Violet Voyage Water Wave West White Wild Wind Winter Wolf Wonder World Young Zero"
).split(" ");

const TITLES_ELSEWHERE = [
  ...["Amélie.à.Montréal", "Für.Élise", "Año.Nuevo", "Straße.nach.Süden", "Çılgın.Gece", "Żółta.łódź", "Ночной.поезд"],
  ...[
    "Η.θάλασσα",
    "静かな海",
    "春の夜",
    "首尔之夜",
    "바람의.언덕",
    "ليلة.القمر",
    "שיר.הים",
    "กลางคืน",
    "La\u0301grimas",
    "🌊.Waves",
  ],
];

const GROUPS_OF_RELEASERS = ["GRP", "NTb", "FLUX", "iND", "SYNC", "OPEN", "PUBLiC", "CC0", "TEARS", "BLENDER"];
const SOURCES = ["WEB-DL", "WEBRip", "BluRay", "HDTV", "DVDRip", "UHD.BluRay"];
const RESOLUTIONS = ["480p", "576p", "720p", "1080p", "1080p", "2160p"];
const CODECS = ["x264", "x265", "H.264", "HEVC", "AV1"];
const VERSIONS = ["v1.0.2", "v2.11", "2024.3", "Build.4711", "LTS", "x86_64", "ISO"];

/** The name of a release: `Silent.River.S02E07.1080p.WEB-DL.x264-OPEN`, `Kings.of.Snow.2019.FLAC-CC0`. */
export function drawTitle(random: Random): string {
  const name = drawName(random);
  const year = random.between(1925, 2026);
  const quality = `${random.pick(RESOLUTIONS)}.${random.pick(SOURCES)}.${random.pick(CODECS)}`;
  const by = random.pick(GROUPS_OF_RELEASERS);
  return random.weighted([
    [4, `${name}.S${twoDigits(random.between(1, 12))}E${twoDigits(random.between(1, 24))}.${quality}-${by}`],
    [3, `${name}.${year}.${quality}-${by}`],
    [1, `${name}.${year}.FLAC-${by}`],
    [1, `${name}.${random.pick(VERSIONS)}`],
    [1, `${name.replaceAll(".", " ")} (${year})`],
  ]);
}

function drawName(random: Random): string {
  if (random.oneIn(25)) return random.pick(TITLES_ELSEWHERE);
  const words = Array.from({ length: random.between(1, 4) }, () => random.pick(WORDS));
  return random.oneIn(5) ? `The.${words.join(".")}` : words.join(".");
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

const nonsense = new RandomTexts([{ of: LETTERS_AND_DIGITS, length: 32 }]);

/** A name that tells nothing, as obfuscating posters use: `WQDMm92SQnbDguxHUwXugqbku5Z22JSs`. */
export function drawNonsense(random: Random): string {
  return nonsense.one(random);
}

/** A poster: `Jörg <joerg@example.org>`. */
export function drawPoster(random: Random): string {
  const name = random.oneIn(20) ? random.pick(["Jörg", "Zoë", "Иван", "太郎"]) : random.pick(WORDS);
  return random.weighted([
    [3, `${name} <${random.pick(WORDS).toLowerCase()}${random.below(1000)}@example.org>`],
    [2, `${random.pick(WORDS).toLowerCase()}@${random.pick(WORDS).toLowerCase()}.example (${name})`],
    [2, `${drawNonsense(random).slice(0, 12)} <${drawNonsense(random).slice(0, 10)}@ngPost.com>`],
  ]);
}

const NEWSGROUPS = (
  "boneless test teevee hdtv moovee x264 mp3 sounds.lossless e-book mom misc multimedia multimedia.anime cd.image linux.iso " +
  "documentaries bloaf flac u4e pictures"
).split(" ").map((name) => `alt.binaries.${name}`);

/** Where a post goes: most often one newsgroup, or a few. */
export function drawNewsgroups(random: Random): string[] {
  const groups = Array.from({ length: random.weighted([[7, 1], [2, 2], [1, 4]]) }, () => random.pick(NEWSGROUPS));
  return [...new Set(groups)];
}
