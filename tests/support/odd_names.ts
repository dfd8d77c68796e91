import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Manifest, shardPaths } from "../../src/data_folder/manifest.ts";

/** What a data folder lacks or holds against its manifest. A PostgreSQL of its own is not looked at. */
export function oddNames(dataFolder: string, manifest: Manifest): string[] {
  const { move, old, removing } = manifest;
  const shards = [manifest, ...old].filter(({ tier }) => tier !== "postgres")
    .flatMap((place) => shardPaths(dataFolder, place));
  const folders = [...new Set(shards.map(dirname))];
  const inFolder = (names: string[]) => names.map((name) => join(dataFolder, name));
  const needed = [...inFolder(["lock", "owner.json", "store.json", ...(move ? ["changes.log"] : [])]), ...shards];
  const allowed = new Set([
    ...[...needed, ...folders, ...shards.flatMap((path) => [`${path}-wal`, `${path}-shm`])],
    // What was measured; a kill may leave it half written beside, and the next writing takes its place.
    ...inFolder(
      ["history", "backups", "scrub", "imports", "inbox"].flatMap((name) => [`${name}.json`, `${name}.json.new`]),
    ),
    ...inFolder(["service.token"]), // it outlasts the service
    ...inFolder(["postgres", "postgres-2", ...(move ? [move.folder, `${move.folder}.new`] : [])]),
  ]);
  const there = [dataFolder, ...folders].filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  return [
    ...needed.filter((path) => !there.includes(path)).map((path) => `${path} is missing`),
    ...there.filter((path) => !allowed.has(path)).map((path) => `${path} is left over`),
    ...removing.map(({ folder }) => `${folder} is not removed yet`),
  ];
}
