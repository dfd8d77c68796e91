/** 9999-12-31T23:59:59Z, the last second that RFC 3339 can name, in Unix seconds. */
const LAST_SECOND = 253402300799;

/** Characters of the longest date that is looked at. */
const MAX_LENGTH = 100;

/** Unix seconds or milliseconds, perhaps with a fraction. */
const UNIX = /^(\d{1,15})(?:\.\d*)?$/;
/** `2023-11-14T22:13:20+01:00`, also without dashes and colons, with a space for the T, without the time, or without the zone. */
const ISO_8601 =
  /^(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?)?$/i;
/** `Tue, 14 Nov 2023 22:13:20 +0100`; the day of the week, the seconds and the zone may be missing, the year may have two digits. */
const RFC_822 =
  /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{4}|\d\d)\s+(\d\d):(\d\d)(?::(\d\d))?\s*([a-z]{1,4}|[+-]\d{4})?(?:\s*\([^()]*\))?$/i;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Hours from UTC of the zones that RFC 822 names. */
const ZONES: { [name: string]: number | undefined } = {
  ...{ z: 0, ut: 0, utc: 0, gmt: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
};

/**
 * The RFC 3339 time (UTC, without a fraction, as an NZB can hold it) of a date as NZBs have it: Unix seconds, milliseconds,
 * ISO 8601 or RFC 822; without a zone it is UTC. Null for every other text and for times before 1970.
 */
export function timeOfNzbDate(text: string): string | null {
  const date = text.trim();
  if (date.length > MAX_LENGTH) return null;
  const seconds = unixSeconds(date) ?? isoSeconds(date) ?? rfc822Seconds(date);
  if (seconds === undefined || !(seconds >= 0 && seconds <= LAST_SECOND)) return null;
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function unixSeconds(date: string): number | undefined {
  const found = UNIX.exec(date);
  if (found === null) return undefined;
  const number = Number(found[1]);
  return number <= LAST_SECOND ? number : Math.floor(number / 1000);
}

function isoSeconds(date: string): number | undefined {
  const found = ISO_8601.exec(date);
  if (found === null) return undefined;
  const [, year, , month, day, hour = "0", minute = "0", second = "0", zone = "Z"] = found;
  return secondsOf([year, month, day, hour, minute, second].map(Number), minutesOfZone(zone));
}

function rfc822Seconds(date: string): number | undefined {
  const found = RFC_822.exec(date);
  if (found === null) return undefined;
  const [, day, month, yearText, hour, minute, second = "0", zone = "Z"] = found;
  const year = Number(yearText) + (yearText.length === 4 ? 0 : Number(yearText) < 50 ? 2000 : 1900);
  const time = [year, MONTHS.indexOf(month.toLowerCase()) + 1, ...[day, hour, minute, second].map(Number)];
  return secondsOf(time, minutesOfZone(zone));
}

/** Minutes from UTC; NaN for a zone that is not known. */
function minutesOfZone(zone: string): number {
  const found = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (found === null) return (ZONES[zone.toLowerCase()] ?? NaN) * 60;
  const hours = Number(found[2]), minutes = Number(found[3] ?? 0);
  return hours > 23 || minutes > 59 ? NaN : (found[1] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

/** Unix seconds of year, month, day, hour, minute and second at a place; undefined where there is no such time. */
function secondsOf([year, month, day, hour, minute, second]: number[], zoneMinutes: number): number | undefined {
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59))); // a leap second is the one before
  const isDay = time.getUTCFullYear() === year && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  return isDay && hour < 24 && minute < 60 && second <= 60 && !Number.isNaN(zoneMinutes)
    ? time.getTime() / 1000 - zoneMinutes * 60
    : undefined;
}
