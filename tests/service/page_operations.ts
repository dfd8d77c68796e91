import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileRecord, FileSummary } from "../../src/domain/records.ts";
import type { ImportState } from "../../src/service/shapes.ts";
import type { SearchPage } from "../../src/store/store.ts";
import type { ImportRecord } from "../../src/transfer/import_record.ts";
import { postedRecord } from "../support/records_of.ts";
import { inService, type TestService } from "../support/test_service.ts";

const SAMPLES = fileURLToPath(new URL("../testdata", import.meta.url));
export const ndjson = (records: FileRecord[]) => records.map((record) => JSON.stringify(record) + "\n").join("");

export async function put({ json }: TestService, records: FileRecord[]): Promise<void> {
  const [status] = await json("/api/records", { method: "POST", body: ndjson(records) });
  assert.equal(status, 200);
}

/** The tests of what the page needs; one file has all that ask, to see that every operation is asked for. */
export function testPageOperations(): void {
  Deno.test("folders are told with sums over their files", () =>
    inService(async (test) => {
      const folder = (i: number) => ({ folder_id: `d${i}`, path: "p", name: "n" });
      await put(test, [0, 0, 1, 2].map((i, at) => postedRecord(`f${at}`, 2, { folder: folder(i), size: 5 }, [1])));
      const [, first] = await test.json("/api/folders?limit=2");
      const sums = { size: 10, segment_count: 4, posted_count: 2, pending_count: 2 };
      assert.deepEqual((first.folders as unknown[])[0], { ...folder(0), file_count: 2, ...sums });
      assert.equal(first.next, "d1");
      const [, second] = await test.json("/api/folders?limit=2&after=d1");
      assert.deepEqual([(second.folders as unknown[]).length, second.next], [1, null]);
    }));

  Deno.test("the newest files are listed as a filter lets them through, in pages of which none is left out", () =>
    inService(async (test) => {
      const at = (i: number) => new Date(Date.UTC(2026, 0, 1 + i)).toISOString();
      const records = Array.from({ length: 40 }, (_, i) =>
        postedRecord(`f${i}`, 2, {
          ...{ size: i, created_at: at(i), groups: [i % 2 ? "alt.binaries.a" : "alt.binaries.b"] },
          folder: i % 4 ? null : { folder_id: "d", path: "p", name: "n" },
        }, i % 3 ? [] : [1]));
      await put(test, records);
      const list = async (query: string) => {
        const ids: string[] = [];
        for (let after = "";;) {
          const [status, page] = await test.json<SearchPage>(`/api/newest?limit=3&${query}${after}`);
          assert.equal(status, 200);
          ids.push(...page.files.map(({ file_id }) => file_id));
          if (page.next === null) return ids;
          after = `&after=${page.next}`;
        }
      };
      const expected = (isListed: (i: number) => boolean) =>
        records.flatMap(({ file_id }, i) => isListed(i) ? [file_id] : []).reverse();
      assert.deepEqual(await list(""), expected(() => true));
      assert.deepEqual(await list("status=pending"), expected((i) => i % 3 === 0));
      assert.deepEqual(await list("status=posted&group=a.b"), []);
      assert.deepEqual(await list("group=ies.a&folder=d"), []);
      assert.deepEqual(await list("folder=d&status=posted"), expected((i) => i % 4 === 0 && i % 3 !== 0));
      assert.deepEqual(await list("min_size=10&max_size=20"), expected((i) => i >= 10 && i <= 20));
      assert.deepEqual(await list("since=2026-01-05&until=2026-01-07"), expected((i) => i >= 4 && i <= 6));
      assert.deepEqual(await list("words=f*&folder=d"), expected((i) => i % 4 === 0));
      assert.deepEqual(await list("folder=d"), expected((i) => i % 4 === 0));
      assert.deepEqual(await list("order=smallest"), expected(() => true).reverse());
      assert.deepEqual(await list("order=largest&folder=d"), expected((i) => i % 4 === 0));
      assert.deepEqual(await list("order=name&min_size=8&max_size=11"), ["f8", "f9", "f10", "f11"]);
      assert.deepEqual((await list("order=to-post")).slice(0, 14).sort(), expected((i) => i % 3 === 0).sort());
      for (const bad of ["since=yesterday", "order=colour", "order=name&after=x", "order=largest&after=WyJhIl0"]) {
        assert.equal((await test.ask(`/api/newest?${bad}`)).status, 400, bad);
      }
    }));

  Deno.test("what is pending is told with its files, and of one file", () =>
    inService(async (test) => {
      await put(test, [postedRecord("a", 200, {}, [3, 150, 199]), postedRecord("b", 2, {}, [0, 1])]);
      const [, all] = await test.json("/api/pending?files=1");
      assert.deepEqual((all.files as FileSummary[]).map(({ file_id, pending_count }) => [file_id, pending_count]), [
        ["a", 3],
        ["b", 2],
      ]);
      assert.equal("files" in (await test.json("/api/pending"))[1], false);
      type Page = { segments: { index: number }[]; next: string | null };
      const [, first] = await test.json<Page>("/api/segments?file_id=a&pending=1&limit=2");
      assert.deepEqual([first.segments.map(({ index }) => index), first.next], [[3, 150], "0:150"]);
      const [, rest] = await test.json<Page>(`/api/segments?file_id=a&pending=1&limit=2&after=${first.next}`);
      assert.deepEqual([rest.segments.map(({ index }) => index), rest.next], [[199], null]);
      assert.equal((await test.ask("/api/segments?file_id=none&pending=1")).status, 404);
    }));

  Deno.test("chosen files are exported, given a status and deleted", () =>
    inService(async (test) => {
      const folder = { folder_id: "d", path: "p", name: "a/b: 'ü'" };
      await put(test, ["a", "b", "c"].map((id) => postedRecord(id, 3, { folder }, [1])));
      const post = (path: string, body: unknown) => test.ask(path, { method: "POST", body: JSON.stringify(body) });
      const one = await test.ask("/api/export?file_id=a");
      assert.equal(one.headers.get("Content-Disposition"), "attachment; filename*=UTF-8''a.nzb");
      assert.equal((await one.text()).match(/<file /g)!.length, 1);
      const all = await test.ask("/api/export?folder=d");
      assert.match(all.headers.get("Content-Disposition")!, /^attachment; filename\*=UTF-8''a_b_%20%27%C3%BC%27\.nzb$/);
      assert.equal((await all.text()).match(/<file /g)!.length, 3);
      const some = await post("/api/export", { file_ids: ["a", "c"] });
      assert.equal((await some.text()).match(/<file /g)!.length, 2);
      for (const bad of ["", "?file_id=a&folder=d"]) {
        assert.equal((await test.ask(`/api/export${bad}`)).status, 400);
      }
      assert.equal((await test.ask("/api/export?folder=none")).status, 404);
      const set = await post("/api/set-status", {
        file_ids: ["a", "b", "none"],
        from: ["pending"],
        status: "cancelled",
      });
      assert.deepEqual(await set.json(), { changed: 2 });
      assert.equal((await test.session.totals()).pending, 1);
      assert.deepEqual(await (await post("/api/delete", { file_ids: ["a", "none"] })).json(), { deleted: 1 });
      assert.equal((await test.session.totals()).files, 2);
    }));

  Deno.test("paths are imported as a job that tells how far it is and can be cancelled, and changes are told", () =>
    inService(async (test) => {
      const start = (...paths: string[]) =>
        test.json("/api/import-paths", { method: "POST", body: JSON.stringify({ paths }) });
      const ended = async () => {
        while (true) {
          const [, state] = await test.json<ImportState>("/api/import-paths");
          if (!state.running) return state;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      const before = (await test.json("/api/migration"))[1].changes as number;
      assert.equal((await start(join(SAMPLES, "holiday.nzb"), join(SAMPLES, "none.nzb")))[0], 202);
      const { report, error, id } = await ended();
      assert.deepEqual([report?.added, report?.refused, error, id], [2, 1, null, 1]);
      assert.ok((await test.json("/api/migration"))[1].changes as number > before);

      const large = join(test.data, "..", "large.ndjson");
      const line = (i: number) => JSON.stringify(postedRecord(`x${i}`, 60));
      writeFileSync(large, Array.from({ length: 5000 }, (_, i) => line(i)).join("\n"));
      await start(large);
      assert.equal((await start(large))[0], 409);
      await test.json("/api/import-paths", { method: "DELETE" });
      const cancelled = await ended();
      assert.match(cancelled.error!.error, /cancelled/);
      assert.ok((await test.session.totals()).files < 5002);
      assert.deepEqual((await test.session.verify()).problems, []);

      const history = async () => (await test.json<{ imports: ImportRecord[] }>("/api/imports"))[1].imports;
      const [last, first] = await history();
      assert.deepEqual([last.error, last.by, first.added, first.refused, first.error], [
        "The import was cancelled",
        ...["path", 2, 1, null],
      ]);
      const note = (record: object) => test.json("/api/imports", { method: "POST", body: JSON.stringify(record) });
      assert.equal((await note({ ...first, by: "me" }))[0], 400);
      assert.equal((await note({ ...first, by: "command" }))[0], 200);
      assert.deepEqual((await history())[0], { ...first, by: "command" });
    }));
}
