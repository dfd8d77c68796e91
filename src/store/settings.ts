import { UsyncError } from "../domain/errors.ts";

interface SettingDescription {
  /** What holds until it is changed; the setting is a number or a text, as this is. */
  default: number | string;
  /** The largest value of a number; no bound when left out. */
  max?: number;
  what: string;
}

/** What can be set for a store: the limits of the tiers, any one of which a tier is left at, backups, and the service. */
export const SETTINGS = {
  "sqlite.max-content-bytes": { default: 1e12, what: "content bytes up to which one SQLite file is used" },
  "sqlite.max-segments": { default: 1e6, what: "segments up to which one SQLite file is used" },
  "sqlite.max-database-bytes": { default: 1e10, what: "database bytes up to which one SQLite file is used" },
  "sharded.max-content-bytes": { default: 1e13, what: "content bytes up to which shards are used" },
  "sharded.max-segments": { default: 1e7, what: "segments up to which shards are used" },
  "sharded.max-database-bytes": { default: 1e11, what: "database bytes up to which shards are used" },
  "backup.folder": { default: "", what: "the folder that a service makes backups into by itself; none while empty" },
  "backup.every": { default: "1d", what: "how often: 30m, 12h, 1d, 1w" },
  "backup.keep": { default: "7d", what: "of how many days, weeks and months it keeps one each: 7d,4w,12m" },
  "inbox": { default: "", what: "the folder that a service imports files from by itself; none while empty" },
  "scrub.every": { default: "30d", what: "how often a service reads and checks everything by itself: 12h, 30d; off" },
  "service.open-metrics": { default: 0, max: 1, what: "1: /metrics of the service needs no token" },
} as const satisfies Record<string, SettingDescription>;

/** The name of a setting. */
export type Setting = keyof typeof SETTINGS;

/** A number, or a text, as the default is. */
export type SettingValue<Name extends Setting = Setting> = typeof SETTINGS[Name]["default"] extends number ? number
  : string;

/** The settings that are numbers. */
export type NumberSetting = Exclude<Setting, `backup.${string}` | `scrub.${string}` | "inbox">;

/** The settings that are folders: absolute paths, or empty. */
export const FOLDER_SETTINGS: readonly Setting[] = ["backup.folder", "inbox"];

/** The settings that were changed. */
export type Settings = { [Name in Setting]?: SettingValue<Name> };

/** The value of a setting. */
export function settingOf<Name extends Setting>(settings: Settings, name: Name): SettingValue<Name> {
  return settings[name] ?? SETTINGS[name].default as SettingValue<Name>;
}

/** The setting of that name; throws a `UsyncError` when there is none. */
export function settingNamed(name: string): Setting {
  if (Object.hasOwn(SETTINGS, name)) return name as Setting;
  throw new UsyncError(`Unknown setting: ${name}`, { hint: `There are: ${Object.keys(SETTINGS).join(", ")}.` });
}

/** The largest value of a setting that is a number. */
export function maxOf(name: Setting): number {
  const { max = Number.MAX_SAFE_INTEGER }: SettingDescription = SETTINGS[name];
  return max;
}

/** What a retention is: some of days, weeks and months; and how that is told. */
export const KEEP_PATTERN = /^\s*[1-9]\d{0,3}[dwm]\s*(,\s*[1-9]\d{0,3}[dwm]\s*){0,2}$/,
  KEEP_HINT = "Write it like 7d,4w,12m.";

/** What texts must look like, and how that is told. */
const TEXTS: Partial<Record<Setting, [RegExp, string]>> = {
  "backup.every": [/^[1-9]\d{0,3}[mhdw]$/, "Write it like 30m, 12h, 1d or 1w."],
  "scrub.every": [/^([1-9]\d{0,3}[mhdw]|off)$/, "Write it like 12h, 30d or 4w, or off."],
  "backup.keep": [KEEP_PATTERN, KEEP_HINT],
};

/** The value that a text gives to a setting; throws a `UsyncError` when it does not fit. */
export function settingValue(name: Setting, text: string): number | string {
  if (typeof SETTINGS[name].default === "number") return numberOf(name, text);
  const [pattern, hint] = TEXTS[name] ?? [/^[^\0]*$/];
  if (pattern.test(text)) return text;
  throw new UsyncError(`Cannot set ${name}: it does not look so: ${text}`, { hint });
}

function numberOf(name: Setting, text: string): number {
  const value = amountOf(text, name.endsWith("-bytes") ? BYTES : COUNTS);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0 && value <= maxOf(name)) return value;
  throw new UsyncError(`Cannot set ${name}: not a whole number from 0: ${text}`, {
    hint: "Numbers are plain or like 5e9; bytes may have a unit, as in 500GB or 1.5TB, counts k, M or G, as in 2M.",
  });
}

const COUNTS = ["", "k", "m", "g"], BYTES = ["b", "kb", "mb", "gb", "tb", "pb"];

/** A number with a unit of a thousand times the one before; NaN for anything else. */
function amountOf(text: string, units: string[]): number {
  const [, number, unit = ""] = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const power = unit === "" ? 0 : units.indexOf(unit.toLowerCase());
  if (power < 0 || number === undefined) return NaN;
  const amount = Number(number) * 1000 ** power, whole = Math.round(amount);
  return Math.abs(amount - whole) < whole * 1e-12 ? whole : amount; // 1.001 times 1000 is not quite 1001
}

const SPANS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** The milliseconds of what `backup.every` says, or `scrub.every`. */
export function millisecondsOf(every: string): number {
  return Number(every.slice(0, -1)) * SPANS[every.slice(-1)];
}
