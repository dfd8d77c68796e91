import type { ImportReport, InputNote } from "../transfer/import_report.ts";
import { formatCount } from "../domain/format_count.ts";
import { oneLine, plural } from "./format_text.ts";

/** Notes of each kind that are shown; `--json` has more. */
const MAX_SHOWN = 20;
/** Names of files that were passed over. */
const MAX_NAMES = 3;

/** What an import did, in one line. */
export function importText({ inputs, added, replaced, unchanged, segments, bad_notes }: ImportReport): string {
  const ofInputs = plural(inputs, "input");
  if (added + replaced + segments > 0) {
    return `Imported ${ofInputs}: ${plural(added, "file")} added, ${formatCount(replaced)} replaced, ` +
      `${formatCount(unchanged)} unchanged; ${plural(segments, "segment")} stored.`;
  }
  if (unchanged > 0) {
    const were = unchanged === 1 ? "was" : "were";
    return `Nothing changed: ${plural(unchanged, "file")} of ${ofInputs} ${were} there already.`;
  }
  if (bad_notes > 0) return "Nothing was stored: all that was given was refused.";
  return `Nothing was stored: there are no files in ${ofInputs}.`;
}

/** What is worth telling of an import, and then what was not stored: at most a screenful. */
export function reportLines(report: ImportReport): string[] {
  const { notes, more_notes, bad_notes } = report, good = notes.length + more_notes - bad_notes;
  return [
    ...passedOverLines(report),
    ...noteLines("Worth knowing", notes.filter(({ bad }) => !bad), good),
    ...noteLines("Not imported", notes.filter(({ bad }) => bad), bad_notes),
  ];
}

/** `total`: how many notes there are, listed or not. */
function noteLines(title: string, notes: InputNote[], total: number): string[] {
  if (total === 0) return [];
  const shown = notes.slice(0, MAX_SHOWN), hints = new Set(shown.flatMap(({ hint }) => hint ?? []));
  const rest = total - shown.length;
  return [
    `${title} (${formatCount(total)}):`,
    ...shown.map((note) => `  ${oneLine(noteText(note))}`),
    ...(rest > 0
      ? [`  and ${formatCount(rest)} more${notes.length > shown.length ? " (--json lists them)" : ""}`]
      : []),
    ...[...hints].map((hint) => `  ${hint}`),
  ];
}

function noteText({ path, line, column, message }: InputNote): string {
  return `${[path, line, column].filter((part) => part !== undefined).join(":")}: ${message}`;
}

function passedOverLines({ passed_over: { files, names } }: ImportReport): string[] {
  if (files === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map((name) => oneLine(name.split(/[\\/]/).at(-1)!)).join(", ");
  const what = files === 1 ? "that is no input" : "that are no inputs";
  return [`Passed over ${plural(files, "file")} ${what}: ${shown}${files > MAX_NAMES ? " …" : ""}`];
}
