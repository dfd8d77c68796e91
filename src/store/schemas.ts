import { z } from "zod";
import { FILE_FIELDS } from "../domain/file_fields.ts";
import type { FileHead, FileRecord, FileSummary, FolderSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import { SEGMENT_FIELDS, STATUSES, UPDATABLE_FIELD_NAMES, type UpdatableFieldName } from "../domain/segment_fields.ts";
import type {
  FoundSegments,
  PutCounts,
  PutOutcome,
  SearchPage,
  SegmentPlace,
  SegmentUpdate,
  Totals,
  VerifyReport,
} from "./values.ts";

export { z };

export const count = z.int().min(0);
export const textOrNull = z.string().nullable();
const meta = z.record(z.string(), z.unknown());
const folder = z.object({ folder_id: z.string(), path: z.string(), name: z.string(), meta: meta.optional() })
  .meta({ id: "Folder" });

type Schemas<Values> = { [Name in keyof Values]: z.ZodType<Values[Name]> };

const ofSegment = { number: count, text: z.string(), time: z.string(), status: z.enum(STATUSES) };
const segmentFields = {
  ...schemasOf(SEGMENT_FIELDS, ofSegment) as Schemas<Omit<Segment, "meta">>,
  meta: meta.optional(),
};

/** The schemas of a table's fields, by their kinds. */
function schemasOf<Kind extends string>(
  fields: { [name: string]: { kind: Kind; isNullable: boolean } },
  ofKind: { [kind in Kind]: z.ZodType },
): { [name: string]: z.ZodType } {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { kind, isNullable }]) => [
      name,
      isNullable ? ofKind[kind].nullable() : ofKind[kind],
    ]),
  );
}

export const segment = z.object(segmentFields).meta({ id: "Segment" }) satisfies z.ZodType<Segment>;

export const segmentOfFile = z.object({ file_id: z.string(), ...segmentFields })
  .meta({ id: "SegmentOfFile" }) satisfies z.ZodType<SegmentOfFile>;

const headFields = schemasOf(FILE_FIELDS, {
  ...{ id: z.string().min(1), folder, text: z.string(), bytes: count, groups: z.array(z.string()) },
  ...{ time: z.string(), meta },
}) as Schemas<FileHead>;

export const fileSummary = z.object({ ...headFields, segment_count: count, posted_count: count, pending_count: count })
  .meta({ id: "FileSummary", description: "A file as listings show it." }) satisfies z.ZodType<FileSummary>;

export const folderSummary = z.object({
  ...folder.shape,
  file_count: count,
  size: z.number().min(0),
  ...{ segment_count: count, posted_count: count, pending_count: count },
}).meta({ id: "FolderSummary", description: "A folder with sums over its files." }) satisfies z.ZodType<FolderSummary>;

export const fileRecord = z.object({ ...headFields, segments: z.array(segment) })
  .meta({ id: "FileRecord", description: "A file with its segments." }) satisfies z.ZodType<FileRecord>;

/** What `checkRecord` takes. It does the checking; this describes it. */
export const recordInput: z.ZodType = z.looseObject({
  ...z.object(headFields).partial().shape,
  file_id: headFields.file_id,
  path: headFields.path,
  name: headFields.name,
  size: headFields.size,
  segments: z.array(z.looseObject({ ...z.object(segmentFields).partial().shape, index: count, size: count })).nullish(),
}).meta({
  id: "RecordInput",
  description: "A file with its segments. What is left out is null or empty; unknown keys are kept in `meta`.",
});

const UPDATED = Object.fromEntries(UPDATABLE_FIELD_NAMES.map((name) => [name, true])) as {
  [Name in UpdatableFieldName]: true;
};

/** What `checkUpdate` takes. It does the checking; this describes it. */
export const segmentUpdate = z.looseObject({
  file_id: z.string().min(1),
  index: count,
  redundancy: count.optional(),
  ...z.object(segmentFields).pick(UPDATED).partial().shape,
}).meta({ id: "SegmentUpdate", description: "A change to one segment. What is left out stays." }) satisfies z.ZodType<
  SegmentUpdate
>;

export const segmentPlace = z.object({ file_id: z.string(), redundancy: count, index: count })
  .meta({ id: "SegmentPlace" }) satisfies z.ZodType<SegmentPlace>;

export const searchPage = z.object({ files: z.array(fileSummary), next: textOrNull })
  .meta({ id: "SearchPage" }) satisfies z.ZodType<SearchPage>;

export const foundSegments = z.object({
  found: z.array(z.object({ segment: segmentOfFile, file: fileSummary })),
  has_more: z.boolean(),
}).meta({ id: "FoundSegments" }) satisfies z.ZodType<FoundSegments>;

export const totalFields = {
  files: count,
  segments: count,
  posted: count,
  pending: count,
  content_bytes: z.number().min(0),
  database_bytes: count,
};

export const totals = z.object(totalFields).meta({ id: "Totals" }) satisfies z.ZodType<Totals>;

export const outcome = z.enum(["added", "replaced", "unchanged"]) satisfies z.ZodType<PutOutcome>;

export const countFields = { added: count, replaced: count, unchanged: count, segments: count };

export const putCounts = z.object(countFields).meta({ id: "PutCounts" }) satisfies z.ZodType<PutCounts>;

export const problem = z.object({ where: z.string(), file_id: z.string().optional(), what: z.string() });

export const verifyReport = z.object({
  files: count,
  segments: count,
  problems: z.array(problem),
}).meta({ id: "VerifyReport" }) satisfies z.ZodType<VerifyReport>;
