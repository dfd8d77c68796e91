import { UsyncError } from "../domain/errors.ts";

/** What can be set for a store. A tier is left when any one of its limits is reached. */
export const SETTINGS = {
  "sqlite.max-content-bytes": { default: 1e12, what: "content bytes up to which one SQLite file is used" },
  "sqlite.max-segments": { default: 1e6, what: "segments up to which one SQLite file is used" },
  "sqlite.max-database-bytes": { default: 1e10, what: "database bytes up to which one SQLite file is used" },
  "sharded.max-content-bytes": { default: 1e13, what: "content bytes up to which shards are used" },
  "sharded.max-segments": { default: 1e7, what: "segments up to which shards are used" },
  "sharded.max-database-bytes": { default: 1e11, what: "database bytes up to which shards are used" },
  "service.open-metrics": { default: 0, max: 1, what: "1: /metrics of the service needs no token" },
} satisfies Record<string, SettingDescription>;

interface SettingDescription {
  default: number;
  /** The largest value; no bound when left out. */
  max?: number;
  what: string;
}

export type Setting = keyof typeof SETTINGS;

/** The settings that were changed. */
export type Settings = Partial<Record<Setting, number>>;

/** The value of a setting. */
export function settingOf(settings: Settings, name: Setting): number {
  return settings[name] ?? SETTINGS[name].default;
}

/** The setting of that name; throws a `UsyncError` when there is none. */
export function settingNamed(name: string): Setting {
  if (Object.hasOwn(SETTINGS, name)) return name as Setting;
  throw new UsyncError(`Unknown setting: ${name}`, { hint: `There are: ${Object.keys(SETTINGS).join(", ")}.` });
}

/** The largest value of a setting. */
export function maxOf(name: Setting): number {
  const { max = Number.MAX_SAFE_INTEGER }: SettingDescription = SETTINGS[name];
  return max;
}

/** The value that a text gives to a setting; throws a `UsyncError` when it does not fit. */
export function settingValue(name: Setting, text: string): number {
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
