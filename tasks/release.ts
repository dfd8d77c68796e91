/**
 * Makes what a release has beside its executables, which are in `dist` already: `deno task release VERSION`. Checks that the
 * version is that of deno.json and that CHANGELOG.md tells of it; writes SHA256SUMS, the list of what is inside (CycloneDX),
 * the manifests for winget and scoop, and the notes. `--draft` then makes a draft of it with GitHub's `gh`.
 */
import { Command } from "commander";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { messageOf } from "../src/domain/errors.ts";
import { writeRelease } from "./release/write_release.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const command = new Command("release")
  .argument("<version>", "such as 1.2.3; a tag's name, v1.2.3, will do")
  .option("--dist <folder>", "where the executables are", join(ROOT, "dist"))
  .option("--address <url>", "the project's page; unless told, GITHUB_SERVER_URL and GITHUB_REPOSITORY name it")
  .option("--draft", "make a draft on GitHub")
  .parse(Deno.args, { from: "user" });
const { dist, address = addressOfEnvironment(), draft } = command.opts<
  { dist: string; address?: string; draft?: boolean }
>();
const version = command.args[0].replace(/^v/, ""), folder = resolve(dist);

function addressOfEnvironment(): string | undefined {
  const [server, repository] = ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"].map((name) => Deno.env.get(name));
  return server && repository ? `${server}/${repository}` : undefined;
}

async function makeDraft(files: string[]): Promise<void> {
  const args = ["release", "create", `v${version}`, "--draft", "--verify-tag", "--title", `usync-db ${version}`];
  const paths = files.map((file) => join(folder, file));
  const { success } = await new Deno.Command("gh", {
    args: [...args, "--notes-file", join(folder, "notes.md"), ...paths],
  })
    .spawn().status;
  if (!success) throw new Error("GitHub did not take the draft: see above");
}

try {
  if (address === undefined) throw new Error("The project's address is not known: --address URL");
  if (version !== config.version) throw new Error(`deno.json has the version ${config.version}, not ${version}`);
  const changelog = readFileSync(join(ROOT, "CHANGELOG.md"), "utf8");
  const { files, notes } = writeRelease({ version, address, changelog, root: ROOT, dist: folder });
  writeFileSync(join(folder, "notes.md"), notes);
  console.log([`usync-db ${version}`, ...files].join("\n  "));
  if (draft) await makeDraft(files);
} catch (error) {
  console.error(messageOf(error));
  Deno.exit(1);
}
