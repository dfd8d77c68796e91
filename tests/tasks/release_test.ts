import { Ajv } from "ajv";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { TARGETS } from "../../tasks/compile/compile_executable.ts";
import { sha256Of } from "../../tasks/release/checksums.ts";
import { changesOf } from "../../tasks/release/notes.ts";
import { writeRelease } from "../../tasks/release/write_release.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { smallExe } from "./small_exe.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CHANGELOG = "# Changelog\n\n## 1.2.3 (2026-12-24)\n\n- One thing.\n\n## 1.2.2 (not released yet)\n\n- Another.\n";
const ADDRESS = "https://example.com/usync/db";

/** Calls `run` with a folder that a release was written to. */
function inRelease(run: (dist: string, release: ReturnType<typeof writeRelease>) => void): Promise<void> {
  return inTempFolder(async (dist) => {
    for (const { file } of Object.values(TARGETS)) writeFileSync(join(dist, file), smallExe());
    await run(dist, writeRelease({ version: "1.2.3", address: ADDRESS, changelog: CHANGELOG, root: ROOT, dist }));
  });
}

Deno.test("a release has all files with their checksums, and manifests that name the executable and its hash", () =>
  inRelease((dist, { files, notes }) => {
    const sums = readFileSync(join(dist, "SHA256SUMS"), "utf8").trimEnd().split("\n").map((line) => line.split("  "));
    assert.deepEqual(sums, files.slice(0, -1).map((file) => [sha256Of(join(dist, file)), file]));
    const url = `${ADDRESS}/releases/download/v1.2.3/usync-db.exe`, hash = sha256Of(join(dist, "usync-db.exe"));
    const winget = parse(readFileSync(join(dist, "usync.usync-db.installer.yaml"), "utf8"));
    assert.deepEqual(winget.Installers, [{
      ...{ Architecture: "x64", InstallerUrl: url },
      InstallerSha256: hash.toUpperCase(),
    }]);
    const scoop = JSON.parse(readFileSync(join(dist, "usync-db.json"), "utf8"));
    assert.deepEqual(scoop.architecture["64bit"], { url, hash });
    assert.match(notes, /^- One thing\.\n\n`usync-db\.exe` is not signed\./);
  }));

Deno.test("the list of what is inside names the packages of the source with their hashes, and no others", () =>
  inRelease((dist) => {
    const { components } = JSON.parse(readFileSync(join(dist, "usync-db.cdx.json"), "utf8"));
    const byName = new Map(components.map((component: { name: string }) => [component.name, component]));
    assert.equal(components[0].name, "deno");
    const hono = byName.get("@hono/node-server") as { purl: string; hashes: { alg: string; content: string }[] };
    assert.equal(hono.purl, "pkg:npm/%40hono/node-server@2.1.9");
    assert.match(hono.hashes[0].content, /^[0-9a-f]{128}$/);
    assert.ok(byName.has("streamx"), "what a package needs itself is not there");
    assert.deepEqual(["playwright-core", "fast-check", "ajv"].filter((name) => byName.has(name)), []);
  }));

Deno.test("a version that CHANGELOG.md does not tell of, or has no date for, is refused; so is a missing executable", () =>
  inTempFolder((dist) => {
    assert.throws(() => changesOf(CHANGELOG, "1.2"), /does not tell of 1\.2$/);
    assert.throws(() => changesOf(CHANGELOG, "1.2.2"), /no date for 1\.2\.2/);
    assert.throws(() => changesOf("## 1.0.0 (2026-01-01)\n\n", "1.0.0"), /says nothing/);
    writeFileSync(join(dist, "usync-db.exe"), smallExe());
    const options = { version: "1.2.3", address: ADDRESS, changelog: CHANGELOG, root: ROOT, dist };
    assert.throws(() => writeRelease(options), /lacks usync-db-linux, usync-db-macos, usync-db-macos-intel/);
    return Promise.resolve();
  }));

/** A folder with the published schemas: of winget, scoop and CycloneDX, which lie on hosts that tests do not reach. */
const SCHEMAS = Deno.env.get("USYNC_TEST_SCHEMAS");
const PUBLISHED: Record<string, string> = {
  "usync.usync-db.yaml": "winget-version.json",
  "usync.usync-db.installer.yaml": "winget-installer.json",
  "usync.usync-db.locale.en-US.yaml": "winget-defaultLocale.json",
  "usync-db.json": "scoop.json",
  "usync-db.cdx.json": "bom-1.6.SNAPSHOT.schema.json",
};

Deno.test({
  name: `the files of a release fit their published schemas${SCHEMAS ? "" : " (USYNC_TEST_SCHEMAS names no folder)"}`,
  ignore: !SCHEMAS,
  fn: () =>
    inRelease((dist) => {
      const schema = (name: string) => JSON.parse(readFileSync(join(SCHEMAS!, name), "utf8"));
      for (const [file, published] of Object.entries(PUBLISHED)) {
        const ajv = new Ajv({ strict: false, validateFormats: false });
        for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) {
          ajv.addSchema(
            { ...schema(name), $id: undefined },
            new URL(name, schema(PUBLISHED["usync-db.cdx.json"]).$id).href,
          );
        }
        const validate = ajv.compile({ ...schema(published), $schema: undefined });
        assert.ok(
          validate(parse(readFileSync(join(dist, file), "utf8"))),
          `${file}: ${ajv.errorsText(validate.errors)}`,
        );
      }
    }),
});
