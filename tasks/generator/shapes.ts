import type { Post } from "./post.ts";
import { smallFiles } from "./post_files.ts";
import type { Random } from "./random.ts";

/**
 * How posts differ from the usual ones:
 * - `small-files`: files of one segment, hundreds in a folder.
 * - `no-dates`: nobody knows when anything was posted.
 * - `one-second`: everything was posted in the same second.
 * - `copies`: every segment is posted two to four times (an NZB holds only the first).
 * - `pending`: of most posts little or nothing is uploaded.
 */
export const SHAPES = ["usual", "small-files", "no-dates", "one-second", "copies", "pending"] as const;
export type Shape = typeof SHAPES[number];

const THE_SECOND = Date.UTC(2024, 1, 29, 12);

/** The post in a shape. The usual one draws nothing, so that what a seed gives stays the same. */
export function shapePost(random: Random, post: Post, shape: Shape): Post {
  switch (shape) {
    case "usual":
      return post;
    case "small-files":
      return { ...post, files: smallFiles(random, post.title, post.segmentSize), copies: 1 };
    case "no-dates":
      return { ...post, startedAt: null };
    case "one-second":
      return { ...post, startedAt: THE_SECOND, millisecondsEach: 0 };
    case "copies":
      return { ...post, copies: random.between(2, 4) };
    case "pending":
      return { ...post, uploaded: random.oneIn(3) ? random.below(500) : 0 };
  }
}
