import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { canRun } from "../../tasks/bench/run_step.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { written } from "./collect.ts";

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts an NZBGet that has no news server and downloads nothing, and gives what asks it. */
async function startNzbget(folder: string) {
  const port = freePort();
  const options = {
    ...{ MainDir: folder, ControlIP: "127.0.0.1", ControlPort: port, ControlUsername: "u", ControlPassword: "p" },
    ...{ WriteLog: "none", DaemonUsername: "root", DupeCheck: "no" },
  };
  const child = new Deno.Command("nzbget", {
    args: ["-n", "-s", "-P", ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const call = async (method: string, ...params: unknown[]) => {
    const response = await fetch(`http://127.0.0.1:${port}/jsonrpc`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa("u:p")}` },
      body: JSON.stringify({ method, params }),
    });
    return (await response.json()).result;
  };
  for (let tries = 0;; tries++) {
    try {
      await call("version");
      break;
    } catch (error) {
      if (tries > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    call,
    async [Symbol.asyncDispose]() {
      await call("shutdown");
      await child.status;
    },
  };
}

Deno.test({
  name: "NZBGet takes an NZB of ours, with all its files and their sizes, also those without a newsgroup",
  ignore: !await canRun("nzbget", "--version"),
  fn: () =>
    inTempFolder(async (folder) => {
      const files = [...generateFiles({ segments: 3000, seed: 9 })]
        .map((file) => ({ ...file, segments: file.segments.filter(({ message_id }) => message_id !== null) }))
        .filter(({ segments }) => segments.length > 0)
        // Of every third nobody knows the newsgroup: its <groups> is empty.
        .map((file, i) =>
          i % 3 > 0 ? file : { ...file, groups: [], segments: file.segments.map((one) => ({ ...one, group: null })) }
        );
      const document = await written(writeNzb(files));
      assert.match(document, /<groups>\s*<\/groups>|<groups ?\/>/);
      await using nzbget = await startNzbget(folder);
      const content = Buffer.from(document).toString("base64");
      const id = await nzbget.call("append", "ours.nzb", content, "", 0, false, true, "", 0, "FORCE", []);
      assert.ok(id > 0, "NZBGet refused the NZB");
      const taken: { Subject: string; FileSizeLo: number }[] = await nzbget.call("listfiles", 0, 0, id);
      const sizes = files.map(({ segments }) => segments.reduce((sum, { size }) => sum + size, 0));
      assert.deepEqual(
        taken.map(({ FileSizeLo }) => FileSizeLo).sort((a, b) => a - b),
        sizes.map((size) => size % 2 ** 32).sort((a, b) => a - b),
      );
      const groups = await nzbget.call("listgroups");
      assert.equal(groups[0].FileCount, files.length);
    }),
});
