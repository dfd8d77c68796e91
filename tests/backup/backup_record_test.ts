import assert from "node:assert/strict";
import { join } from "node:path";
import { BackupRecord } from "../../src/backup/backup_record.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import type { Settings } from "../../src/store/settings.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const AT = new Date(), HOUR = 3_600_000;
const DAILY: Settings = { "backup.folder": "/b" };

function later(hours: number): Date {
  return new Date(AT.getTime() + hours * HOUR);
}

function madeAt(folder = "/b", problems: { where: string; what: string }[] = []) {
  const counts = { files: 1, segments: 2, written_files: 1, written_bytes: 3, moments: 1 };
  return { folder, at: AT.toISOString(), ...counts, problems };
}

Deno.test("a backup is due when the settings name a folder and its time has come", () =>
  inTempFolder((folder) => {
    const record = new BackupRecord(folder);
    assert.ok(!record.isDue({}, AT));
    assert.ok(record.isDue(DAILY, AT));
    record.made(madeAt());
    assert.ok(!record.isDue(DAILY, later(23.9)));
    assert.ok(record.isDue(DAILY, later(24)));
    assert.ok(record.isDue({ ...DAILY, "backup.every": "12h" }, later(12)));
    assert.ok(record.isDue({ "backup.folder": "/other" }, AT));
    record.failed("/b", new Error("no"));
    assert.ok(!record.isDue(DAILY, AT));
    assert.ok(record.isDue(DAILY, later(24)));
    return Promise.resolve();
  }));

Deno.test("what became of backups is kept, and what is wrong with them is said", () =>
  inTempFolder((folder) => {
    const record = new BackupRecord(folder),
      warning = (settings: Settings, now: Date) => new BackupRecord(folder).status(settings, now).warning;
    assert.equal(warning({}, AT), null);
    assert.match(warning(DAILY, AT)!, /none was made yet/);
    record.made(madeAt());
    assert.equal(warning(DAILY, later(47.9)), null);
    assert.match(warning(DAILY, later(48))!, /older than 1d/);
    assert.equal(warning({}, later(100)), null);
    record.failed("/b", new UsyncError("Cannot: gone", { hint: "Plug it in." }));
    const { last, failed } = new BackupRecord(folder).status(DAILY, AT);
    assert.deepEqual([last?.files, failed?.error, failed?.hint], [1, "Cannot: gone", "Plug it in."]);
    assert.match(warning(DAILY, AT)!, /failed: Cannot: gone/);
    record.made(madeAt("/b", [{ where: "x", what: "y" }]));
    assert.match(warning(DAILY, AT)!, /found damage/);
    Deno.writeTextFileSync(join(folder, "backups.json"), "{");
    assert.equal(warning({}, AT), null);
    return Promise.resolve();
  }));
