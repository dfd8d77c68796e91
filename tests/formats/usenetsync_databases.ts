import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";

/** The tables of UsenetSync without its constraints, so that they take everything. */
export const LOOSE_SCHEMA = `
  CREATE TABLE folders (id INTEGER PRIMARY KEY, folder_id TEXT UNIQUE, path TEXT, name TEXT, owner_id TEXT, version INTEGER DEFAULT 1,
    ratio REAL DEFAULT 1.5, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE files (id INTEGER PRIMARY KEY, file_id TEXT UNIQUE, folder_id TEXT, path TEXT, name TEXT, size INTEGER, hash VARCHAR(64),
    mime_type VARCHAR(255), version INTEGER DEFAULT 1, ratio REAL, status VARCHAR(50) DEFAULT 'indexed', metadata TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE segments (id INTEGER PRIMARY KEY, segment_id TEXT, file_id TEXT, segment_index INTEGER,
    redundancy_index INTEGER DEFAULT 0, size INTEGER, compressed_size INTEGER, hash VARCHAR(64), offset_start INTEGER,
    offset_end INTEGER, message_id TEXT, subject TEXT, internal_subject VARCHAR(64), newsgroup VARCHAR(255),
    server VARCHAR(255), packed_segment_id TEXT, packing_index INTEGER, upload_status VARCHAR(50) DEFAULT 'pending',
    upload_attempts INTEGER DEFAULT 0, uploaded_at TIMESTAMP, error_message TEXT DEFAULT 'none', is_good BOOLEAN DEFAULT TRUE,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE packed_segments (id INTEGER PRIMARY KEY, packed_segment_id TEXT UNIQUE, total_size INTEGER,
    compression_type VARCHAR(50), hash VARCHAR(64), message_id TEXT, subject TEXT, newsgroup VARCHAR(255),
    upload_status VARCHAR(50) DEFAULT 'pending', uploaded_at TIMESTAMP, metadata TEXT);
  CREATE INDEX idx_segments_file ON segments(file_id);`;

type Odd = [column: string, sql: string];

interface RandomFile {
  segments: number;
  copies: number;
  backwards: boolean;
  folder: number;
  pending: boolean;
  packed: boolean;
  odd: [row: number, odd: Odd][];
  oddFile: Odd[];
}

/** What a random database holds. */
export interface RandomDatabase {
  pageSize: number;
  files: RandomFile[];
  oddFolder: Odd[];
  oddPacked: Odd[];
  orphans: string[];
}

/** SQL of values that no column expects, and of some that it may. */
const value = fc.oneof(
  fc.constantFrom(
    ...[
      "NULL",
      "''",
      "'plain'",
      "'ünï'",
      "'<a@b>'",
      "'<<c@d>>'",
      "' <e@f> '",
      "'<>'",
      "'uploaded'",
      "'UPLOADED'",
      "'none'",
    ],
    ...["0", "1", "-1", "7", "7.5", "-0.0", "9e999", "128", "70000", "16777216", "2147483648", "9007199254740991"],
    ...[
      "9007199254740992",
      "-9223372036854775808",
      "9223372036854775807",
      "'7'",
      "'12abc'",
      "x''",
      "x'00ff'",
      "zeroblob(3)",
    ],
    ...["CAST(x'610062' AS TEXT)", "CAST(x'61ff' AS TEXT)", "CAST(x'00' AS TEXT)", "CAST(x'eda080' AS TEXT)"],
    ...["CAST(x'efbbbf61' AS TEXT)", "'2025-08-02 01:01:07'", "'2025-08-02T01:01:07'", "'2025-13-02 01:01:07'"],
    ...["'2024-02-29 23:59:60'", "'2025-02-29 01:01:07'", "'2025-08-02 01:01:07.25+02:00'", "hex(zeroblob(700))"],
    ...["hex(zeroblob(5000))", "char(1)", "char(31)", "'pack-0'", "'pack-9'"],
  ),
  fc.string({ maxLength: 5 }).map((text) => `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`),
  fc.integer().map(String),
);

const SEGMENT_COLUMNS = [
  ...[
    "segment_id",
    "segment_index",
    "redundancy_index",
    "size",
    "compressed_size",
    "hash",
    "offset_start",
    "offset_end",
  ],
  ...["message_id", "subject", "internal_subject", "newsgroup", "server", "packed_segment_id", "packing_index"],
  ...["upload_status", "upload_attempts", "uploaded_at", "error_message", "is_good", "created_at"],
];
const FILE_COLUMNS = [
  "file_id",
  "folder_id",
  "path",
  "name",
  "size",
  "hash",
  "mime_type",
  "version",
  "ratio",
  "status",
  "created_at",
];
const oddOf = (...columns: string[]) => fc.tuple(fc.constantFrom(...columns), value) as fc.Arbitrary<Odd>;

export const randomDatabase: fc.Arbitrary<RandomDatabase> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096),
  files: fc.array(
    fc.record({
      segments: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 8, max: 30 })),
      copies: fc.constantFrom(1, 1, 2),
      backwards: fc.boolean(),
      folder: fc.integer({ min: 0, max: 3 }),
      pending: fc.boolean(),
      packed: fc.constantFrom(false, false, true),
      odd: fc.array(fc.tuple(fc.nat(40), oddOf(...SEGMENT_COLUMNS)), { maxLength: 2 }),
      oddFile: fc.array(oddOf(...FILE_COLUMNS), { maxLength: 1 }),
    }),
    { maxLength: 8 },
  ),
  oddFolder: fc.array(oddOf("folder_id", "path", "name", "owner_id", "version", "ratio"), { maxLength: 1 }),
  oddPacked: fc.array(
    oddOf("message_id", "subject", "newsgroup", "upload_status", "uploaded_at", "hash", "total_size"),
    {
      maxLength: 2,
    },
  ),
  orphans: fc.array(value, { maxLength: 2 }),
});

/** Writes it; columns that come later are added to the table of segments after half of the files. */
export function writeRandomDatabase(
  path: string,
  { pageSize, files, oddFolder, oddPacked, orphans }: RandomDatabase,
): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = off; BEGIN; ${LOOSE_SCHEMA}`);
  for (let i = 0; i < 3; i++) {
    const row = {
      folder_id: `'folder-${i}'`,
      path: `'/data/${i}'`,
      name: `'${i}'`,
      ...(i === 1 && Object.fromEntries(oddFolder)),
    };
    insert(db, "folders", row);
    insert(db, "packed_segments", {
      ...{ packed_segment_id: `'pack-${i}'`, total_size: "5000", hash: "'abc'", message_id: `'<pack${i}@x>'` },
      ...{ subject: "'s'", newsgroup: "'alt.pack'", upload_status: "'uploaded'", uploaded_at: "'2025-01-01 00:00:00'" },
      ...(i === 1 && Object.fromEntries(oddPacked)),
    });
  }
  files.forEach((file, i) => {
    if (i === 4) {
      db.exec("ALTER TABLE segments ADD COLUMN late TEXT DEFAULT 'x'; ALTER TABLE files ADD COLUMN late INTEGER");
    }
    writeFile(db, `file-${i}`, file);
  });
  for (const id of orphans) insert(db, "segments", { file_id: id, segment_index: "0", size: "1" });
  db.exec("DELETE FROM segments WHERE id % 7 = 3; COMMIT");
  db.close();
}

function writeFile(db: DatabaseSync, id: string, file: RandomFile): void {
  const row = {
    file_id: `'${id}'`,
    folder_id: `'folder-${file.folder}'`,
    path: "'p'",
    name: `'${id}.bin'`,
    size: "1000",
  };
  insert(db, "files", { ...row, ratio: "0.25", ...Object.fromEntries(file.oddFile) });
  const rows: Record<string, string>[] = [];
  for (let redundancy = 0; redundancy < file.copies; redundancy++) {
    for (let index = 0; index < file.segments; index++) rows.push(usualSegment(id, index, redundancy, file));
  }
  for (const [place, [column, sql]] of file.odd) if (rows.length > 0) rows[place % rows.length][column] = sql;
  if (file.backwards) rows.reverse();
  for (const row of rows) insert(db, "segments", row);
}

function usualSegment(
  id: string,
  index: number,
  redundancy: number,
  { pending, packed }: RandomFile,
): Record<string, string> {
  const posted = !pending || index < 5;
  return {
    ...{
      segment_id: `'${id}-${index}'`,
      file_id: `'${id}'`,
      segment_index: `${index}`,
      redundancy_index: `${redundancy}`,
    },
    ...{ size: "768000", hash: `'${index.toString(16).padStart(64, "0")}'`, offset_start: `${index * 768_000}` },
    ...{ offset_end: `${(index + 1) * 768_000}`, message_id: posted ? `'<${index}.${redundancy}@${id}>'` : "NULL" },
    ...{
      subject: `'${index * 7919}'`,
      internal_subject: `'${index * 104_729}'`,
      newsgroup: index < 9 ? "'alt.a'" : "'alt.b'",
    },
    ...{ server: "'news'", upload_status: posted ? "'uploaded'" : "'pending'" },
    uploaded_at: posted ? `'2025-08-02 01:01:${String(index % 60).padStart(2, "0")}'` : "NULL",
    ...(packed && index === 2 && { packed_segment_id: `'pack-${redundancy}'`, packing_index: "3" }),
  };
}

function insert(db: DatabaseSync, table: string, row: Record<string, string>): void {
  db.exec(`INSERT OR IGNORE INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.values(row).join(", ")})`);
}
