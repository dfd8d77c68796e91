import { UsyncError } from "../domain/errors.ts";

/** What can be set for a store: the limits of the tiers, any one of which a tier is left at, and backups. */
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
} as const;

/** The name of a setting. */
export type Setting = keyof typeof SETTINGS;

/** A number, or a text, as the default is. */
export type SettingValue<Name extends Setting = Setting> = typeof SETTINGS[Name]["default"] extends number ? number
  : string;

/** The settings that are numbers. */
export type LimitSetting = Exclude<Setting, `backup.${string}`>;

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

/** What texts must look like, and how that is told. */
const TEXTS: Partial<Record<Setting, [RegExp, string]>> = {
  "backup.every": [/^[1-9]\d{0,3}[mhdw]$/, "Write it like 30m, 12h, 1d or 1w."],
  "backup.keep": [/^[1-9]\d{0,3}[dwm](,[1-9]\d{0,3}[dwm]){0,2}$/, "Write it like 7d,4w,12m."],
};

/** The value that a text gives to a setting; throws a `UsyncError` when it does not fit. */
export function settingValue(name: Setting, text: string): number | string {
  if (typeof SETTINGS[name].default === "number") return numberOf(name, text);
  const [pattern, hint] = TEXTS[name] ?? [/^[^\0]*$/];
  if (pattern.test(text)) return text;
  throw new UsyncError(`Cannot set ${name}: it does not look so: ${text}`, { hint });
}

function numberOf(name: Setting, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UsyncError(`Cannot set ${name}: not a whole number from 0: ${text}`, {
    hint: "Numbers are plain or like 5e9, without units.",
  });
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** The milliseconds of what `backup.every` says. */
export function millisecondsOf(every: string): number {
  return Number(every.slice(0, -1)) * UNITS[every.slice(-1)];
}
