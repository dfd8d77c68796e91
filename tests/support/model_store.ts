import { compareTexts } from "../../src/domain/compare_texts.ts";
import { checkRecord } from "../../src/domain/check_record.ts";
import {
  bareMessageId,
  compareSegments,
  type FileRecord,
  type FileSummary,
  type FolderSummary,
  isPending,
  type Segment,
  type SegmentOfFile,
} from "../../src/domain/records.ts";
import { fileWords, searchParts, type SearchTerm } from "../../src/domain/search_words.ts";
import { searchHash } from "../../src/store/search_cursor.ts";
import type { FoundSegments, PutCounts, PutOutcome, SegmentPlace, SegmentUpdate } from "../../src/store/store.ts";

/** What a store must answer, in the simplest way: a map of records. */
export class ModelStore {
  #files = new Map<string, FileRecord>();

  put(file: FileRecord): PutOutcome {
    const record = checkRecord(file), before = this.#files.get(record.file_id);
    if (before && JSON.stringify(before) === JSON.stringify(record)) return "unchanged";
    this.#files.set(record.file_id, record);
    return before ? "replaced" : "added";
  }

  putFiles(files: FileRecord[]): PutCounts {
    const counts: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
    for (const file of files) {
      const outcome = this.put(file);
      counts[outcome]++;
      if (outcome !== "unchanged") counts.segments += file.segments.length;
    }
    return counts;
  }

  update(updates: SegmentUpdate[]): SegmentPlace[] {
    const missing: SegmentPlace[] = [];
    for (const [fileId, ofFile] of Map.groupBy(updates, ({ file_id }) => file_id)) {
      for (const { file_id: _, index, redundancy = 0, message_id, ...rest } of ofFile) {
        const segment = this.#files.get(fileId)?.segments.find((segment) =>
          segment.index === index && segment.redundancy === redundancy
        );
        if (!segment) missing.push({ file_id: fileId, redundancy, index });
        else {
          Object.assign(segment, rest);
          if (message_id !== undefined) segment.message_id = message_id && (bareMessageId(message_id) || null);
        }
      }
    }
    return missing;
  }

  delete(fileId: string): boolean {
    return this.#files.delete(fileId);
  }

  records(): FileRecord[] {
    return [...this.#files.values()].sort((a, b) => compareTexts(a.file_id, b.file_id));
  }

  record(fileId: string): FileRecord | undefined {
    return this.#files.get(fileId);
  }

  file(fileId: string): FileSummary | undefined {
    const record = this.#files.get(fileId);
    return record && summaryOf(record);
  }

  segments(fileId: string): Segment[] | undefined {
    return this.#files.get(fileId)?.segments;
  }

  #all(): SegmentOfFile[] {
    return this.records().flatMap(({ file_id, segments }) => segments.map((segment) => ({ file_id, ...segment })));
  }

  findMessageId(messageId: string): SegmentOfFile | undefined {
    return this.#all().find((segment) => segment.message_id === bareMessageId(messageId));
  }

  findSegments(messageId: string, limit: number): FoundSegments {
    const all = this.#all().filter((segment) => segment.message_id === bareMessageId(messageId));
    const found = all.slice(0, limit).map((segment) => ({ segment, file: this.file(segment.file_id)! }));
    return { found, has_more: all.length > limit };
  }

  pending({ limit = 100, after }: { limit?: number; after?: SegmentPlace }): SegmentOfFile[] {
    const isAfter = (segment: SegmentOfFile) =>
      !after || (compareTexts(segment.file_id, after.file_id) || compareSegments(segment, after as SegmentOfFile)) > 0;
    return this.#all().filter((segment) => isPending(segment.status) && isAfter(segment)).slice(0, limit);
  }

  files({ folder, limit = 100, after = "" }: { folder?: string; limit?: number; after?: string }): FileSummary[] {
    return this.records()
      .filter((record) => folder === undefined || record.folder?.folder_id === folder)
      .filter(({ file_id }) => compareTexts(file_id, after) > 0).slice(0, limit).map(summaryOf);
  }

  /** All files that a search finds, in order. */
  search(query: string): FileSummary[] {
    const parts = searchParts(query), whole = query.trim();
    const found = this.records().filter((record) => {
      const words = fileWords(record, record.segments.map((segment) => segment.subject ?? ""));
      const ids = [record.file_id, ...record.segments.map(({ internal_subject }) => internal_subject)];
      const has = ({ word, prefix }: SearchTerm) => words.some((w) => prefix ? w.startsWith(word) : w === word);
      return (whole !== "" && ids.includes(whole)) ||
        parts.length > 0 && parts.every(({ text, terms }) => ids.includes(text) || terms.every(has));
    });
    return newestFirst(found).map(summaryOf);
  }

  /** All files, newest first. */
  newest(): FileSummary[] {
    return newestFirst(this.records()).map(summaryOf);
  }

  /** All folders with their sums. */
  folders(): Omit<FolderSummary, "path" | "name" | "meta">[] {
    const files = this.records().map(summaryOf);
    const folders = [...new Set(files.flatMap(({ folder }) => folder ? [folder.folder_id] : []))].sort(compareTexts);
    return folders.map((folder_id) => {
      const inside = files.filter(({ folder }) => folder?.folder_id === folder_id);
      const sum = (of: (file: FileSummary) => number) => inside.reduce((sum, file) => sum + of(file), 0);
      return {
        ...{ folder_id, file_count: inside.length, size: sum(({ size }) => size) },
        segment_count: sum(({ segment_count }) => segment_count),
        posted_count: sum(({ posted_count }) => posted_count),
        pending_count: sum(({ pending_count }) => pending_count),
      };
    });
  }

  totals() {
    const segments = this.#all();
    return {
      files: this.#files.size,
      segments: segments.length,
      posted: segments.filter(({ message_id }) => message_id !== null).length,
      pending: segments.filter(({ status }) => isPending(status)).length,
      content_bytes: this.records().reduce((sum, { size }) => sum + size, 0),
    };
  }
}

function newestFirst(files: FileRecord[]): FileRecord[] {
  const second = ({ created_at }: FileRecord) => Math.max(0, Math.floor(Date.parse(created_at ?? "") / 1000) || 0);
  return files.sort((a, b) => second(b) - second(a) || searchHash(a.file_id) - searchHash(b.file_id));
}

function summaryOf({ segments, ...head }: FileRecord): FileSummary {
  return {
    ...head,
    segment_count: segments.length,
    posted_count: segments.filter(({ message_id }) => message_id !== null).length,
    pending_count: segments.filter(({ status }) => isPending(status)).length,
  };
}
