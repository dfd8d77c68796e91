import { checkRecord } from "../../src/domain/check_record.ts";
import { type Segment, STATUSES } from "../../src/domain/records.ts";

/** 64 segments whose columns are written in all the ways there are. */
export const GOLDEN_SEGMENTS: Segment[] = checkRecord({
  ...{ file_id: "golden", path: "", name: "", size: 0 },
  segments: Array.from({ length: 64 }, (_, i) => ({
    index: i + 1000,
    redundancy: 2,
    size: i < 63 ? 768_000 : 12_345,
    offset: i % 9 === 4 ? null : i * 768_000,
    hash: i % 7 === 3 ? null : ((i + 1) * 0x9e3779b1 >>> 0).toString(16).padStart(8, "0").repeat(2),
    message_id: `part${i + 1}of64.${((i + 7) * 0x85ebca6b >>> 0).toString(36)}Z@powerpost2000AA.local`,
    subject: i % 5 === 0 ? `Größe ${i}` : `size ${i * i}`,
    internal_subject: i === 10 ? null : "the same but once",
    group: ["alt.binaries.test", "alt.binaries.x", null][i % 3],
    server: "news.example.com",
    status: STATUSES[(i * i) % 5],
    uploaded_at: i % 4 ? `2025-08-02T01:${String(i % 60).padStart(2, "0")}:07Z` : null,
    ...(i === 33 && { meta: { retries: 3, "größe": ["a", null] } }),
  })),
}).segments;
