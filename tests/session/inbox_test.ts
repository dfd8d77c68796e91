import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LocalSession } from "../../src/session/local_session.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** An NZB of one file with one segment. */
export function nzbOf(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><nzb xmlns="http://www.newzbin.com/DTD/2003/nzb">
<file poster="p" date="1700000000" subject="&quot;${name}.bin&quot; yEnc (1/1)"><groups><group>a.b.c</group></groups>
<segments><segment bytes="1000" number="1">${name}@example.com</segment></segments></file></nzb>`;
}

interface InboxTest {
  inbox: string;
  session: LocalSession;
  /** Looks until nothing waits. */
  look(): Promise<void>;
  /** What lies in the inbox and in its folders. */
  names(): string[];
  reopen(): Promise<void>;
}

/** Runs a test with a store whose inbox is a new folder; files are still after one look. */
function withInbox(run: (test: InboxTest) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const data = join(folder, "data"),
      inbox = join(folder, "in"),
      open = () => LocalSession.open(data, { inboxQuietMs: 5 });
    mkdirSync(inbox);
    let session = await open();
    await session.changeSetting("inbox", inbox);
    const test: InboxTest = {
      inbox,
      get session() {
        return session;
      },
      async look() {
        while (await session.lookAtInbox(new AbortController().signal) !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      names: () =>
        (readdirSync(inbox, { recursive: true }) as string[]).map((name) => name.replaceAll("\\", "/"))
          .filter((name) => name !== "done" && name !== "failed").sort(),
      async reopen() {
        await session.close();
        session = await open();
      },
    };
    try {
      await run(test);
    } finally {
      await session.close();
    }
  });
}

Deno.test("inbox moves what it stored to done, and what it refused to failed with the reason beside", () =>
  withInbox(async ({ inbox, session, look, names }) => {
    writeFileSync(join(inbox, "a.nzb"), nzbOf("a"));
    writeFileSync(join(inbox, "b.nzb.gz"), gzipSync(nzbOf("b")));
    writeFileSync(join(inbox, "bad.nzb"), "<nzb><file>");
    writeFileSync(join(inbox, "half.ndjson"), '{"file_id":"h","path":"h","name":"h","size":0}\nnot JSON\n');
    writeFileSync(join(inbox, "readme.txt"), "text");
    writeFileSync(join(inbox, "c.nzb.part"), nzbOf("c"));
    await look();
    assert.deepEqual(names(), [
      ...["c.nzb.part", "done/a.nzb", "done/b.nzb.gz", "done/half.ndjson", "done/half.ndjson.txt"],
      ...["failed/bad.nzb", "failed/bad.nzb.txt", "readme.txt"],
    ]);
    assert.match(readFileSync(join(inbox, "failed", "bad.nzb.txt"), "utf8"), /^bad\.nzb:1:\d+: .*\n$/);
    assert.match(readFileSync(join(inbox, "done", "half.ndjson.txt"), "utf8"), /^half\.ndjson:2: not JSON: .*\n$/);
    assert.equal((await session.totals()).files, 3);
    const [{ by, inputs, refused, added, paths, problems, error }] = await session.imports();
    assert.deepEqual([by, inputs, refused, added, paths.length, problems.length, error], [
      "inbox",
      3,
      1,
      3,
      4,
      2,
      null,
    ]);
    const { waiting, left, warning } = (await session.status()).inbox;
    assert.deepEqual([waiting, left, warning], [0, { files: 2, names: ["c.nzb.part", "readme.txt"] }, null]);
  }));

Deno.test("inbox keeps files apart whose names are in done already", () =>
  withInbox(async ({ inbox, look, names }) => {
    for (const content of ["a", "b", "c"]) {
      writeFileSync(join(inbox, "x.nzb.gz"), gzipSync(nzbOf(content)));
      await look();
    }
    assert.deepEqual(names(), ["done/x (2).nzb.gz", "done/x (3).nzb.gz", "done/x.nzb.gz"]);
  }));

Deno.test("inbox leaves a file that is still written until it is still", () =>
  withInbox(async ({ inbox, session, look, names }) => {
    const path = join(inbox, "a.nzb"), text = nzbOf("a"), { signal } = new AbortController();
    writeFileSync(path, text.slice(0, 100));
    assert.equal(await session.lookAtInbox(signal), 5);
    writeFileSync(path, text.slice(0, 200));
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await session.lookAtInbox(signal), 5); // it has changed since
    assert.deepEqual([names(), await session.imports()], [["a.nzb"], []]);
    writeFileSync(path, text);
    await look();
    assert.deepEqual(names(), ["done/a.nzb"]);
  }));

Deno.test("inbox leaves an archive without an input where it is, and does not read it again", () =>
  withInbox(async ({ inbox, session, look, names }) => {
    writeFileSync(join(inbox, "photos.gz"), gzipSync("no input"));
    await look();
    await look();
    assert.deepEqual([names(), (await session.imports()).length], [["photos.gz"], 0]);
    assert.deepEqual((await session.status()).inbox.left, { files: 1, names: ["photos.gz"] });
    writeFileSync(join(inbox, "photos.gz"), gzipSync(nzbOf("new")));
    await look();
    assert.deepEqual([names(), (await session.totals()).files], [["done/photos.gz"], 1]);
  }));

Deno.test("inbox that is gone is said in the status, and used again when it is back", () =>
  withInbox(async ({ inbox, session, look, names }) => {
    renameSync(inbox, `${inbox}-away`);
    await look();
    assert.match(
      (await session.status()).inbox.warning!,
      /in is not there\. Files are imported again as soon as it is\.$/,
    );
    renameSync(`${inbox}-away`, inbox);
    writeFileSync(join(inbox, "a.nzb"), nzbOf("a"));
    await look();
    assert.deepEqual([names(), (await session.status()).inbox.warning], [["done/a.nzb"], null]);
  }));

Deno.test("inbox reads nothing again that a kill has kept from being moved", () =>
  withInbox(async (test) => {
    const { inbox, look, names } = test;
    writeFileSync(join(inbox, "done"), "a file in the way"); // as if it were killed before the move
    writeFileSync(join(inbox, "a.nzb"), nzbOf("a"));
    await look();
    assert.match((await test.session.status()).inbox.warning!, /^cannot move .*a\.nzb to done: /);
    assert.equal((await test.session.imports()).length, 1);
    const [{ file_id }] = await test.session.files();
    await test.session.deleteFile(file_id);
    rmSync(join(inbox, "done"));
    await test.reopen();
    await look();
    assert.deepEqual(names(), ["done/a.nzb"]);
    assert.deepEqual([(await test.session.imports()).length, (await test.session.totals()).files], [1, 0]);
  }));

Deno.test("inbox cannot be the data folder, nor in it, nor where the backup is", () =>
  withInbox(async ({ inbox, session, look, names }) => {
    for (const folder of [session.dataFolder, join(session.dataFolder, "in")]) {
      await assert.rejects(session.changeSetting("inbox", folder), /cannot be the inbox: it is (in )?the data folder/);
    }
    await session.changeSetting("backup.folder", inbox);
    writeFileSync(join(inbox, "a.nzb"), nzbOf("a"));
    await look();
    assert.deepEqual(names(), ["a.nzb"]);
    assert.match((await session.status()).inbox.warning!, /cannot be the inbox: it is the folder of the backup/);
    assert.ok(!existsSync(join(inbox, "done")));
  }));
