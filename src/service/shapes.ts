import { z } from "zod";
import type { BackupReport } from "../backup/make_backup.ts";
import type { RepairReport } from "../backup/repair_store.ts";
import type { Discarded } from "../migration/discard_old.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import type { BinariesSource } from "../postgres_server/mod.ts";
import type { Status } from "../session/status.ts";
import { maxOf, type Setting, SETTINGS, type SettingValue } from "../store/settings.ts";
import { count, countFields, problem, searchPage, textOrNull, totalFields, verifyReport } from "../store/schemas.ts";
import type { Tier } from "../store/store.ts";
import { TIERS } from "../store/tier_policy.ts";
import { IMPORT_ORIGINS, type ImportRecord } from "../transfer/import_record.ts";
import type { ImportReport } from "../transfer/import_report.ts";
import type { FileListPage } from "./filtered_files.ts";
import type { MoveNeeds } from "./move_needs.ts";

export * from "../store/schemas.ts";

/** The most files that one request changes or exports by their ids. */
export const MOST_CHOSEN = 10_000;

export const chosenFiles = z.array(z.string().min(1)).min(1).max(MOST_CHOSEN);

/** The most that one page of a listing gives. */
export const MOST_LISTED = 10_000;

/** How many one page is to give, as a query asks for it. */
export const limit = z.coerce.number().int().min(1).max(MOST_LISTED).optional();

const tier = z.enum(TIERS) satisfies z.ZodType<Tier>;

export const fileListPage = searchPage.extend({
  is_cut: z.boolean().describe("Whether there are more files than can be put in the order that was asked for."),
}).meta({ id: "FileListPage" }) satisfies z.ZodType<FileListPage>;

export const shape = z.object({ tier, shards: count }).meta({ id: "Shape" }) satisfies z.ZodType<Shape>;

export const discarded = z.object({
  discarded: count,
  left: z.array(
    z.object({ where: z.string(), schema: z.string().nullable(), why: z.string(), given_up: z.boolean() }),
  ),
}).meta({ id: "Discarded" }) satisfies z.ZodType<Discarded>;

const milliseconds = z.number().min(0);

export const status = z.object({
  data_folder: z.string(),
  folder_warning: textOrNull.describe("What is wrong with where the data folder lies; null where nothing is known."),
  ...shape.shape,
  ...totalFields,
  bytes_per_segment: z.number().nullable(),
  disk_free_bytes: count.nullable().describe("On the disk of the data folder."),
  limits: z.array(z.object({
    limit: z.enum(["content_bytes", "segments", "database_bytes"]),
    used: z.number(),
    most: z.number(),
  })),
  due: tier.nullable(),
  unfinished: shape.nullable(),
  old: z.array(z.object({ tier, shards: count, outdated: z.boolean(), bytes: count.nullable() })),
  left: z.array(z.object({ where: z.string(), why: z.string().nullable() })),
  copied: textOrNull,
  latencies: z.record(z.string(), z.object({ count, p50: milliseconds, p99: milliseconds, longest: milliseconds })),
  slow_queries: z.array(z.object({ day: z.string(), count, slow: count, p99: milliseconds })),
  growth: z.array(z.object({
    at: z.string(),
    ...{ files: count, segments: count, content_bytes: z.number().min(0), database_bytes: count },
  })),
  cache: z.object({ entries: count, bytes: count, hits: count, misses: count, on: z.boolean() }).nullable(),
  backup: z.object({
    folder: textOrNull.describe("Where the service makes backups by itself; null where it makes none."),
    last: z.object({ at: z.string(), folder: z.string(), files: count, segments: count, problems: count }).nullable(),
    failed: z.object({ at: z.string(), folder: z.string(), error: z.string(), hint: textOrNull }).nullable(),
    warning: textOrNull,
  }),
  scrub: z.object({
    every: z.string().describe("How often the service reads and checks everything by itself, or off."),
    running: z.object({ begun_at: z.string(), files: count, segments: count }).nullable(),
    last: z.object({
      ...{ begun_at: z.string(), at: z.string(), files: count, segments: count, problem_count: count },
      problems: z.array(problem),
    }).nullable(),
    warning: textOrNull,
  }),
  inbox: z.object({
    folder: textOrNull.describe("Where the service imports files from by itself; null where it does not."),
    waiting: count,
    left: z.object({ files: count, names: z.array(z.string()) }).describe("Files in it that are no inputs and stay."),
    warning: textOrNull,
  }),
  warnings: z.array(z.object({ what: z.string(), why: z.string() })),
}).meta({ id: "Status" }) satisfies z.ZodType<Status>;

export const settings = z.object(
  Object.fromEntries(
    Object.entries(SETTINGS).map((
      [name, { default: value, what }],
    ) => [
      name,
      (typeof value === "number" ? count.max(maxOf(name as Setting)) : z.string().max(10_000)).describe(what),
    ]),
  ) as unknown as { [Name in Setting]: z.ZodType<SettingValue<Name>> },
).meta({ id: "Settings" });

export const importReport = z.object({
  inputs: count,
  refused: count,
  ...countFields,
  first_file: textOrNull.describe("The id of a file that was stored, or there already: one of the first."),
  notes: z.array(z.object({
    path: z.string(),
    line: count.optional(),
    column: count.optional(),
    message: z.string(),
    hint: z.string().optional(),
    bad: z.boolean(),
    more: count.optional().describe("How many more have the same message and are not listed."),
  })),
  more_notes: count,
  bad_notes: count,
  passed_over: z.object({ files: count, names: z.array(z.string()) }),
}).meta({ id: "ImportReport" }) satisfies z.ZodType<ImportReport>;

export const importRecord = z.strictObject({
  began: z.string().max(40),
  ended: z.string().max(40),
  by: z.enum(IMPORT_ORIGINS).describe("A command, a file that was sent, a path that was named, or the inbox."),
  paths: z.array(z.string().max(1000)).max(20).describe("What was given, the first of it."),
  more_paths: count,
  ...{ inputs: count, refused: count, ...countFields },
  problems: z.array(z.strictObject({ path: z.string().max(1000), message: z.string().max(1000) })).max(20)
    .describe("What was not stored, the first of it."),
  bad_notes: count,
  error: z.string().max(1000).nullable().describe("Why it ended early; null where it did not."),
}).meta({ id: "ImportRecord", description: "An import that has ended." }) satisfies z.ZodType<ImportRecord>;

export const backupWish = z.strictObject({
  folder: z.string().min(1).describe("Where the backup is, or is made: an absolute path."),
  keep: z.string().optional().describe("Which moments are kept, like 7d,4w,12m."),
}).meta({ id: "BackupWish" });

const backupReport = z.object({
  folder: z.string(),
  at: z.string().describe("The moment that it can be restored to."),
  ...{ files: count, segments: count, written_files: count, written_bytes: count, moments: count },
  problems: z.array(problem),
}).meta({ id: "BackupReport" }) satisfies z.ZodType<BackupReport>;

/** What every answer that is no success has. */
export const failure = z.object({
  error: z.string(),
  hint: textOrNull,
  line: count.optional(),
  column: count.optional(),
}).meta({ id: "Failure", description: "What failed: why; and what to do next. Lines and columns count from 1." });

export const verifyLine = z.union([
  z.object({ progress: z.object({ files: count, segments: count }) }),
  z.object({ report: verifyReport }),
  failure,
]).meta({ id: "VerifyLine" });

const moveStep = z.object({
  step: z.string(),
  done: z.number(),
  total: z.number().optional(),
  unit: z.enum(["segments", "bytes"]),
  at: z.object({ number: count, of: count }).optional().describe("Which of how many steps it is."),
});

export const backupLine = z.union([z.object({ progress: moveStep }), z.object({ report: backupReport }), failure])
  .meta({ id: "BackupLine" });

export const repairWish = z.strictObject({
  from: z.string().min(1).optional().describe(
    "The folder of a backup: an absolute path. That of the settings by default.",
  ),
}).meta({ id: "RepairWish" });

const repairReport = z.object({
  found: verifyReport.shape.problems,
  put_back: z.array(z.object({ file_id: z.string(), at: z.string() })),
  left_behind: z.object({ problems: count, list: z.string() }).nullable(),
  ...{ files: count, segments: count },
}).meta({ id: "RepairReport" }) satisfies z.ZodType<RepairReport>;

export const repairLine = z.union([
  z.object({ progress: moveStep }),
  z.object({ report: repairReport }),
  failure,
]).meta({ id: "RepairLine" });

const moveReport = z.object({
  moved: z.literal(true),
  from: shape,
  to: shape,
  files: count,
  segments: count,
  left_behind: z.object({ problems: count, list: z.string() }).optional()
    .describe("What was damaged, of a store that was salvaged: how many problems, and the file that lists them."),
});

/** What `migrate --json` prints. */
export const moveResult = z.union([moveReport, z.object({ moved: z.literal(false) })]);
export type MoveResult = MoveReport & { moved: true } | { moved: false };

export const migrationState = z.object({
  id: count.describe("The number of the migration since the service started; 0 before the first."),
  version: count.describe("Rises with every change of this state."),
  running: z.boolean(),
  can_stop: z.boolean().describe("Whether it runs and can be stopped: no growth, no upgrade."),
  step: moveStep.nullable(),
  messages: z.array(z.string()),
  result: moveResult.nullable(),
  error: failure.nullable(),
});
export type MigrationState = z.infer<typeof migrationState>;

export const importState = z.object({
  id: count.describe("The number of the import since the service started; 0 before the first."),
  running: z.boolean(),
  paths: z.array(z.string()),
  item: textOrNull.describe("The input that is read now."),
  segments: count.describe("Segments read so far."),
  total: count.nullable().describe("Segments that there will be, as far as can be told."),
  report: importReport.nullable(),
  error: failure.nullable(),
}).meta({ id: "ImportState" });
export type ImportState = z.infer<typeof importState>;

const binariesSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("download"), url: z.string(), sha256: z.string() }),
  z.strictObject({ kind: z.literal("archive"), file: z.string() }),
  z.strictObject({ kind: z.literal("folder"), folder: z.string() }),
]).meta({ id: "BinariesSource" }) satisfies z.ZodType<BinariesSource>;

/** A tier to move to, as a query names it. */
export const moveTarget = z.strictObject({ tier, shards: z.coerce.number().int().min(1).max(1000).optional() });

export const moveNeeds = z.object({
  disk_bytes: count.describe("Bytes on the disk of the data folder."),
  free_bytes: count.nullable().describe("Bytes that are free there; null where nobody may ask."),
  install: z.object({
    from: z.string(),
    bytes: count.nullable().describe("Of the download; null where it is none, or nobody knows."),
  }).nullable().describe("Null when no PostgreSQL is to be installed."),
}).meta({ id: "MoveNeeds" }) satisfies z.ZodType<MoveNeeds>;

export const moveWish = z.strictObject({
  tier: tier.optional(),
  shards: z.int().min(1).max(1000).optional(),
  url: z.string().optional(),
  salvage: z.boolean().optional().describe("Moves what is sound of a damaged store, and lists the rest in a file."),
  upgrade: z.boolean().optional()
    .describe("Upgrades the PostgreSQL of the data folder to what is to be installed, and asks for nothing else."),
  install: z.union([z.literal("default"), z.strictObject({ source: binariesSource.optional() })]).optional(),
}).meta({ id: "MoveWish" });
export type MoveWish = z.infer<typeof moveWish>;
