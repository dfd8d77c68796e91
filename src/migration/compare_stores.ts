import type { Backend, DigestReport } from "../store/backend.ts";

/** Files of which two stores differ: those whose digest is not the same, and those that one of them lacks. */
export async function differingFiles(
  [source, sourceReport]: [Backend, DigestReport],
  [target, targetReport]: [Backend, DigestReport],
): Promise<string[]> {
  const buckets = new Set<number>();
  sourceReport.digests.forEach((digest, bucket) => {
    if (digest !== targetReport.digests[bucket]) buckets.add(bucket);
  });
  if (buckets.size === 0) return [];
  const [before, after] = await Promise.all([source.fileDigests(buckets), target.fileDigests(buckets)]);
  const fileIds = new Set([...before.keys(), ...after.keys()]);
  return [...fileIds].filter((fileId) => before.get(fileId) !== after.get(fileId));
}
