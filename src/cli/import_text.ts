import type { ImportReport, InputNote } from "../transfer/import_report.ts";
import { countOf } from "../transfer/note_list.ts";
import { formatCount } from "../domain/format_count.ts";
import { oneLine, plural } from "./format_text.ts";

/** Lines of what was not stored, and of what is worth knowing, that are shown; `--json` has more. */
const MAX_BAD = 16, MAX_GOOD = 6;
/** Of these, lines of one input while others wait. */
const MAX_OF_INPUT = 3;
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
    ...noteLines("Worth knowing", notes.filter(({ bad }) => !bad), good, MAX_GOOD),
    ...noteLines("Not imported", notes.filter(({ bad }) => bad), bad_notes, MAX_BAD),
  ];
}

/** `total`: how many notes there are, listed or not; `max`: how many lines may show some. */
function noteLines(title: string, notes: InputNote[], total: number, max: number): string[] {
  if (total === 0) return [];
  const groups = total <= max ? notes.map((note) => [note]) : groupsOf(notes);
  const shown = total <= max ? groups : firstOfAll(groups, max),
    hints = new Set(shown.flat().flatMap(({ hint }) => hint ?? []));
  const rest = total - shown.flat().reduce((sum, note) => sum + countOf(note), 0);
  return [
    `${title} (${formatCount(total)}):`,
    ...shown.map((group) => `  ${oneLine(groupText(group))}`),
    ...(rest > 0
      ? [`  and ${formatCount(rest)} more${groups.length > shown.length ? " (--json lists them)" : ""}`]
      : []),
    ...[...hints].map((hint) => `  ${hint}`),
  ];
}

/** Notes with one message together: many inputs have the same fault, or one has it many times. */
function groupsOf(notes: InputNote[]): InputNote[][] {
  return [...Map.groupBy(notes, ({ message }) => message).values()];
}

/** As many groups as there may be, in their order, with few of one input as long as there are others. */
function firstOfAll(groups: InputNote[][], max: number): InputNote[][] {
  const shownOf = new Map<string, number>(), first = new Set<InputNote[]>();
  for (const group of groups) {
    const [{ path }] = group, shown = shownOf.get(path) ?? 0;
    shownOf.set(path, shown + 1);
    if (shown < MAX_OF_INPUT && first.size < max) first.add(group);
  }
  for (const group of groups) if (first.size < max) first.add(group);
  return groups.filter((group) => first.has(group));
}

function groupText(group: InputNote[]): string {
  const [{ path, line, column, message }] = group, place = [path, line, column].filter((part) => part !== undefined);
  const text = `${place.join(":")}: ${message}`, count = group.reduce((sum, note) => sum + countOf(note), 0);
  if (count === 1) return text;
  const inputs = new Set(group.map(({ path }) => path)).size;
  const where = inputs > 1 ? `, in ${formatCount(inputs)} inputs` : "";
  return `${text} (and ${formatCount(count - 1)} more like it${where})`;
}

function passedOverLines({ passed_over: { files, names } }: ImportReport): string[] {
  if (files === 0) return [];
  const shown = names.slice(0, MAX_NAMES).map((name) => oneLine(name.split(/[\\/]/).at(-1)!)).join(", ");
  const what = files === 1 ? "that is no input" : "that are no inputs";
  return [`Passed over ${plural(files, "file")} ${what}: ${shown}${files > MAX_NAMES ? " …" : ""}`];
}
