import { MAX_SEGMENTS_PER_BLOCK } from "./block.ts";

/** Bytes of a page of a shard that rows can take, and what a row takes beside its block, with two to spare. */
const PAGE_BYTES = 8184, ROW_BYTES = 32;
/** Segments that a block has about, when that fills a page or a whole part of one. */
const USUAL_SEGMENTS = 64;
/** Segments that are packed twice to see what the first one and each further one take. */
const SMALL_PROBE = 8, PROBE = 24;

/** The largest block that fits a page. One of a single segment may be larger. */
export const MAX_BLOCK_BYTES = PAGE_BYTES - ROW_BYTES;

/**
 * How many segments the blocks of a file get, so that one, two, three … of them fill a page: what does not fit any more is
 * lost. It depends on the segments alone, so that the same file always has the same blocks. `measure` gives the bytes of a
 * block with so many of the first segments.
 */
export function segmentsPerBlock(count: number, measure: (segments: number) => number): number {
  if (count <= PROBE) return count;
  const small = measure(SMALL_PROBE), each = (measure(PROBE) - small) / (PROBE - SMALL_PROBE);
  if (each <= 0) return MAX_SEGMENTS_PER_BLOCK;
  const fixed = small - SMALL_PROBE * each, usual = fixed + USUAL_SEGMENTS * each;
  const blocks = Math.max(1, Math.round(PAGE_BYTES / (usual + ROW_BYTES)));
  const segments = Math.floor((Math.floor(PAGE_BYTES / blocks) - ROW_BYTES - fixed) / each - 0.25);
  return Math.min(Math.max(1, segments), MAX_SEGMENTS_PER_BLOCK);
}

/**
 * How many segments the first block gets. One block of a file is smaller than the others: the first or the last. Half of
 * the files have it first, so that the small ones of two files can share a page.
 */
export function segmentsOfFirstBlock(count: number, perBlock: number, isSmallFirst: boolean): number {
  return isSmallFirst && count > 0 ? (count - 1) % perBlock + 1 : Math.min(count, perBlock);
}

/** How many segments a block gets that would take too many bytes with `segments` (more than one). */
export function fewerSegments(segments: number, bytes: number): number {
  return Math.max(1, Math.min(segments - 1, Math.floor(segments * MAX_BLOCK_BYTES / bytes)));
}
