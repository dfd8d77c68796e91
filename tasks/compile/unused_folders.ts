import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };

/** What npm packages bring that nothing here reads: the same code built otherwise, its source, its types. */
const UNUSED: Record<string, string[]> = {
  "@zip.js/zip.js": ["dist"],
  "hono": ["dist/cjs", "dist/types"],
  "lru-cache": ["dist/commonjs"],
  "zod": ["src"],
};

/**
 * The paths of folders of npm packages that no executable needs, for `deno compile --exclude`. The compiler puts whole
 * packages in; without these an executable weighs 12 MB less.
 *
 * `npmCache`: where Deno keeps the packages, which must be there.
 *
 * @throws {Error} when a package has not got such a folder (any more).
 */
export function unusedFolders(npmCache: string): string[] {
  const registries = readdirSync(npmCache, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Object.entries(UNUSED).flatMap(([name, folders]) =>
    folders.map((folder) => {
      const [, version] = /@([^@]+)$/.exec(config.imports[name as keyof typeof config.imports])!;
      const paths = registries.map((registry) => join(npmCache, registry.name, name, version, folder));
      const path = paths.find(existsSync);
      if (path === undefined) throw new Error(`${name} ${version} has no folder ${folder} in ${npmCache}`);
      return path;
    })
  );
}
