import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import config from "../../deno.json" with { type: "json" };

interface Lock {
  version: string;
  specifiers: Record<string, string>;
  npm: Record<string, { dependencies?: string[] }>;
}

/**
 * The part of deno.lock that `src` needs: compilers without `--exclude-unused-npm` put all that a lock names into an
 * executable.
 */
export function sourceLock(root: string): string {
  const { version, specifiers, npm }: Lock = JSON.parse(readFileSync(join(root, "deno.lock"), "utf8"));
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(root, "src", name), "utf8"));
  const imported = Object.entries(config.imports).flatMap(([name, specifier]) =>
    sources.some((source) => source.includes(`from "${name}`)) ? specifier.replace(/^npm:\/?|\/$/g, "") : []
  );
  const kept = Object.entries(specifiers).filter(([specifier]) => imported.includes(specifier.slice("npm:".length)));
  const packages = new Map<string, Lock["npm"][string]>();
  const keep = (id: string): void => {
    const [key, entry] = Object.entries(npm).find(([key]) => key === id || key.startsWith(`${id}@`)) ?? [];
    if (key === undefined || entry === undefined) throw new Error(`deno.lock has no ${id}`);
    if (packages.has(key)) return;
    packages.set(key, entry);
    entry.dependencies?.forEach(keep);
  };
  for (const [specifier, resolved] of kept) keep(`${specifier.slice(4, specifier.lastIndexOf("@"))}@${resolved}`);
  return JSON.stringify({ version, specifiers: Object.fromEntries(kept), npm: Object.fromEntries(packages) });
}
