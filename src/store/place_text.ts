import type { PlaceInFile, SegmentPlace } from "./values.ts";

/** A place as `pending` gives and takes it: FILE_ID:COPY:INDEX. */
export function placeText({ file_id, redundancy, index }: SegmentPlace): string {
  return `${file_id}:${redundancy}:${index}`;
}

/** Reads what `placeText` wrote; undefined for anything else. */
export function readPlace(text: string): SegmentPlace | undefined {
  const match = /^(.+):(\d{1,15}):(\d{1,15})$/s.exec(text);
  return match ? { file_id: match[1], redundancy: Number(match[2]), index: Number(match[3]) } : undefined;
}

/** A place in a file as pages of its segments give and take it: COPY:INDEX. */
export function placeInFileText({ redundancy, index }: PlaceInFile): string {
  return `${redundancy}:${index}`;
}

/** Reads what `placeInFileText` wrote; undefined for anything else. */
export function readPlaceInFile(text: string): PlaceInFile | undefined {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(text);
  return match ? { redundancy: Number(match[1]), index: Number(match[2]) } : undefined;
}
