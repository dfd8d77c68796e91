import { DIGEST_BUCKETS, type DigestReport } from "../store/backend.ts";
import { EntrySum } from "../store/entry_sum.ts";
import { digestBucket, fileDigest } from "../store/file_digest.ts";
import { Turns } from "../threads/turns.ts";
import type { OnProgress, Problem } from "../store/store.ts";
import { checkFile } from "./check_file.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { lastSteps } from "./journal.ts";
import { ONE_STATE, scanFiles, type ScannedFile, scanState } from "./scan.ts";

/** Problems that a verification tells one by one. */
const MOST_PROBLEMS = 1000;

/** Reads and checks everything. `where`: what problems say about the place. */
export async function verifyDatabase(
  connections: Connections,
  where: string,
  onProgress?: OnProgress,
): Promise<DigestReport> {
  const before = await connections.run(lastSteps), entries = new EntrySum();
  const report = await digestFiles(scanFiles(connections, ""), { onProgress, check: { where, entries } });
  const [after, problems] = await connections.transaction(
    async (sql) => [await lastSteps(sql), await checkEntries(sql, where, entries)] as const,
    ONE_STATE,
  );
  if (after === before) return { ...report, problems: [...report.problems, ...problems] };
  return await verifyState(connections, where, onProgress); // what was read while others wrote need not fit together
}

/** Verifies one state of the database, in one transaction: what breaks off on the way begins anew. */
function verifyState(connections: Connections, where: string, onProgress?: OnProgress): Promise<DigestReport> {
  return connections.transaction(async (sql) => {
    const entries = new EntrySum();
    const report = await digestFiles(scanState(sql), { onProgress, check: { where, entries } });
    return { ...report, problems: [...report.problems, ...await checkEntries(sql, where, entries)] };
  }, ONE_STATE);
}

/** The digests of files. With `check` they are checked, and what the index of Message-IDs must have is added to `entries`. */
export async function digestFiles(
  pages: AsyncIterable<ScannedFile[]>,
  { onProgress = () => {}, check }: { onProgress?: OnProgress; check?: { where: string; entries: EntrySum } },
): Promise<DigestReport> {
  const report: DigestReport = { files: 0, segments: 0, problems: [], digests: new BigUint64Array(DIGEST_BUCKETS) };
  const turns = new Turns();
  for await (const files of pages) {
    for (const file of files) {
      const { row, blocks } = file;
      report.files++;
      report.segments += row.segments;
      report.digests[digestBucket(row.file_id)] += fileDigest(row.head, blocks);
      if (check) { for (const problem of checkFile(file, check.where, check.entries)) report.problems.push(problem); }
      await turns.pass(); // who reads from the store meanwhile must not wait for all of a page
    }
    report.problems.length = Math.min(report.problems.length, MOST_PROBLEMS);
    onProgress(report);
  }
  return report;
}

/** Compares the index of Message-IDs with what it must have. */
async function checkEntries(sql: Sql, where: string, expected: EntrySum): Promise<Problem[]> {
  const [{ count, sum }] = await sql.unsafe<{ count: number; sum: string }[]>(
    EntrySum.sql("message_ids", "hash::bigint", "block"),
  );
  if (expected.equals({ count, sum: Number(sum) })) return [];
  const what = `the index of Message-IDs has ${count} entries, or other ones than the ${expected.count} it must have`;
  return [{ where, what }];
}
