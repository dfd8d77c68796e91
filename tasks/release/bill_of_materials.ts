import { sourceLock } from "../compile/source_lock.ts";

/** What is inside the executables, as CycloneDX 1.6: Deno and the npm packages that deno.lock names for `src`. */
export function billOfMaterials(root: string, version: string): Record<string, unknown> {
  const { npm }: { npm: Record<string, { integrity: string }> } = JSON.parse(sourceLock(root));
  const packages = Object.entries(npm).map(([key, { integrity }]) => {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key)!, purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    const [, algorithm, hash] = /^sha(\d+)-(.*)$/.exec(integrity)!;
    const hashes = [{ alg: `SHA-${algorithm}`, content: Buffer.from(hash, "base64").toString("hex") }];
    return { type: "library", "bom-ref": purl, name, version, purl, hashes };
  });
  const deno = `pkg:npm/deno@${Deno.version.deno}`;
  const program = `pkg:generic/usync-db@${version}`;
  const components = [
    {
      type: "platform",
      "bom-ref": deno,
      name: "deno",
      version: Deno.version.deno,
      purl: deno,
      licenses: [{ license: { id: "MIT" } }],
    },
    ...packages,
  ];
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": program, name: "usync-db", version, purl: program } },
    components,
    dependencies: [{ ref: program, dependsOn: components.map((component) => component["bom-ref"]) }],
  };
}
